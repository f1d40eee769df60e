import { z } from 'zod';
import { patternFault, pathFault } from './pattern.ts';

/** Name of the file that describes a folder of one's own data. */
export const DESCRIPTION = 'dataset.json';

/** Largest length of a name. */
const LONGEST = 40;
/** As many classes as 8 bits tell apart beside the value that never counts. */
const MOST_CLASSES = 255;

/** Adds what is wrong with a value as an issue. */
const faultless =
  <T>(fault: (value: T) => string | undefined) =>
  (value: T, context: z.RefinementCtx): void => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

const file = z.string().superRefine(faultless(pathFault));
const pattern = z.string().superRefine(faultless(patternFault));

/** Of tasks: they become parts of names of files, and of metrics such as `depth/rms`. */
const TASK = /^[A-Za-z][A-Za-z0-9_]*$/;
const RESERVED = ['image', 'camera', 'shared', 'panoptic', 'weighting', 'optimiser'];

/** What is wrong with the name of a task, or undefined. */
export function taskFault(name: string): string | undefined {
  if (name.length > LONGEST) return `a name of at most ${LONGEST} characters`;
  if (!TASK.test(name)) return 'a name of letters, digits and _, a letter first';
  if (RESERVED.includes(name) || name in Object.prototype) {
    return `another name: ${name} means something already`;
  }
  return undefined;
}

const text = z.string().min(1).max(LONGEST);
const byte = z.number().int().min(0).max(255);
const colour = z.tuple([byte, byte, byte]);
const finite = z.number();
const ids = z.array(z.number().int());

/** A class: its name alone, or with the value or the colour by which files know it. */
const classes = z
  .array(
    z.union([
      text,
      z.strictObject({
        name: text,
        value: z.number().int().optional().describe('in the files; absent: its place in the list'),
        colour: colour.optional().describe('RGB, in the files with colours and in pictures'),
      }),
    ]),
  )
  .min(2)
  .max(MOST_CLASSES);

const whole = z
  .array(text)
  .min(2)
  .max(MOST_CLASSES)
  .superRefine((names, context) => {
    const again = names.findIndex((name, i) => names.indexOf(name) !== i);
    if (again >= 0) {
      context.addIssue({ code: 'custom', path: [again], message: 'each class once' });
    }
  });

const scaled = {
  scale: finite
    .refine((scale) => scale !== 0, 'a number other than 0')
    .default(1)
    .describe('value = stored · scale + offset'),
  offset: finite.default(0),
  invalid: z.array(finite).default([]).describe('stored values that mean: not known'),
};

const table = z
  .strictObject({
    file: file.describe('CSV with a head'),
    id: text.default('id').describe('column of the ids'),
    columns: z.array(text).min(1),
  })
  .describe('values of all frames in one file; an empty cell is a missing label');

const task = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('classes'),
    files: pattern,
    encoding: z.enum(['ids', 'palette', 'colours', 'npy']).default('ids'),
    classes,
    ignore: z
      .array(z.union([z.number().int(), colour]))
      .default([])
      .describe('values, or colours, of pixels that never count'),
    instanceClasses: z
      .array(text)
      .default([])
      .describe('names of the classes whose objects are told apart'),
  }),
  z.strictObject({
    kind: z.literal('instances'),
    files: pattern,
    encoding: z.enum(['ids', 'palette', 'colours', 'npy']).default('ids'),
    background: z
      .array(z.union([z.number().int(), colour]))
      .default([])
      .describe('values, or colours, that are no object; 0, or black, is none anyway'),
    divisor: z
      .number()
      .int()
      .min(2)
      .optional()
      .describe('values are class · divisor + number, where number 0 is no object (KITTI: 256)'),
    within: text
      .optional()
      .describe('the task of kind classes that says which class an object is of'),
  }),
  z.strictObject({
    kind: z.literal('depth'),
    files: pattern,
    encoding: z.enum(['8-bit', '16-bit', 'npy', 'tiff']),
    ...scaled,
    unit: text.default('m'),
  }),
  z.strictObject({
    kind: z.literal('disparity'),
    files: pattern,
    encoding: z.enum(['8-bit', '16-bit', 'npy', 'tiff']),
    ...scaled,
  }),
  z.strictObject({
    kind: z.literal('normals'),
    files: pattern,
    encoding: z.enum(['rgb', 'npy']).describe('rgb: n = 2 p / 255 − 1'),
    axes: z
      .tuple([z.enum(['right', 'left']), z.enum(['down', 'up']), z.enum(['away', 'towards'])])
      .default(['right', 'down', 'away'])
      .describe('where x, y and z point, seen from the camera'),
  }),
  z.strictObject({
    kind: z.literal('edges'),
    files: pattern,
    encoding: z.enum(['ids', 'palette', 'npy']).default('ids'),
    ignore: ids.default([]).describe('values of pixels that never count; else 0 is no edge'),
  }),
  z.strictObject({
    kind: z.literal('label'),
    files: pattern.optional().describe('a text each: the name of the class'),
    table: table.optional(),
    classes: whole,
  }),
  z.strictObject({
    kind: z.literal('number'),
    files: pattern.optional().describe('a text each: numbers with spaces between'),
    table: table.optional(),
    length: z.number().int().min(1).max(1024).default(1).describe('numbers of each frame'),
    mirror: z
      .enum(['same', 'negated'])
      .optional()
      .describe('what a mirrored picture does to them; absent: nobody says, set training.flip=0'),
  }),
]);

const share = z.number().min(0).max(1);

const splits = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('folder').describe('the name of the folder stands where patterns have {split}'),
    train: text,
    val: text.optional(),
    test: text.optional(),
  }),
  z.strictObject({
    by: z.literal('list').describe('text files with an id a line'),
    train: file,
    val: file.optional(),
    test: file.optional(),
  }),
  z
    .strictObject({
      by: z
        .literal('fraction')
        .describe('drawn by the seed among the frames in order of their ids'),
      train: share,
      val: share,
      test: share.default(0),
      seed: z.number().int().nonnegative().default(1),
    })
    .refine(
      ({ train, val, test }) => Math.abs(train + val + test - 1) < 1e-9,
      'train, val and test that add up to 1',
    ),
]);

/** Schema of `dataset.json`. */
export const descriptionSchema = z
  .strictObject({
    name: text
      .regex(/^[\w .-]+$/)
      .optional()
      .describe('in tables; absent: that of the folder'),
    images: z.strictObject({
      files: pattern.describe('JPEG, PNG, WebP, AVIF or TIFF'),
    }),
    splits,
    tasks: z.record(z.string(), task),
  })
  .superRefine(({ tasks, splits: { by }, images }, context) => {
    const issue = (message: string, ...path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', path, message });
    const names = Object.keys(tasks);
    if (names.length === 0) issue('at least one task', 'tasks');
    const lower = names.map((name) => name.toLowerCase());
    names.forEach((name, i) => {
      const fault = taskFault(name);
      if (fault !== undefined) issue(fault, 'tasks', name);
      // Folders are named by tasks, and some file systems do not tell the two apart.
      else if (lower.indexOf(lower[i]) !== i)
        issue('names that differ in more than case', 'tasks', name);
      checkTask(tasks, name, issue);
    });
    const patterns = [
      [images.files, 'images', 'files'] as const,
      ...names.flatMap((name) => {
        const { files } = tasks[name];
        return files === undefined ? [] : [[files, 'tasks', name, 'files'] as const];
      }),
    ];
    for (const [files, ...path] of patterns) {
      const has = files.includes('{split}');
      if (has !== (by === 'folder')) {
        issue(
          has
            ? "splits by 'folder' where a path has {split}"
            : "{split} in it, as splits are by 'folder'",
          ...path,
        );
      }
    }
  });

/** Content of `dataset.json`, its defaults filled in. */
export type Description = z.infer<typeof descriptionSchema>;

/** One task of a description. */
export type TaskDescription = Description['tasks'][string];

/** A task of a kind. */
export type DescribedTask<K extends TaskDescription['kind']> = Extract<
  TaskDescription,
  { readonly kind: K }
>;

type Issue = (message: string, ...path: PropertyKey[]) => void;

/** What no single field can say of a task. */
function checkTask(tasks: Description['tasks'], name: string, issue: Issue): void {
  const task = tasks[name];
  const at = (message: string, ...path: PropertyKey[]) => issue(message, 'tasks', name, ...path);
  switch (task.kind) {
    case 'classes':
      return checkClasses(task, at);
    case 'instances': {
      const { within, encoding, background } = task;
      const other =
        within !== undefined && Object.hasOwn(tasks, within) ? tasks[within] : undefined;
      if (within !== undefined && other?.kind !== 'classes') {
        at("the name of a task of kind 'classes'", 'within');
      }
      checkValues(background, encoding, (message, i) => at(message, 'background', i));
      if (task.divisor !== undefined && encoding === 'colours') {
        at('another encoding: colours are not divided', 'divisor');
      }
      return;
    }
    case 'label':
    case 'number': {
      const { files, table: from } = task;
      if ((files === undefined) === (from === undefined)) at("either 'files' or 'table'");
      const count = task.kind === 'label' ? 1 : task.length;
      if (from && from.columns.length !== count) {
        at(`${count} column${count === 1 ? '' : 's'}`, 'table', 'columns');
      }
    }
  }
}

function checkClasses(task: DescribedTask<'classes'>, at: Issue): void {
  const { encoding, ignore, instanceClasses } = task;
  const listed = task.classes.map((one, i) =>
    typeof one === 'string' ? { name: one, value: i } : { value: i, ...one },
  );
  const keys = listed.map((one) =>
    encoding === 'colours'
      ? 'colour' in one && one.colour
        ? one.colour.join()
        : undefined
      : one.value,
  );
  listed.forEach(({ name }, i) => {
    if (listed.findIndex((other) => other.name === name) !== i) at('each class once', 'classes', i);
    const key = keys[i];
    if (key === undefined) at('a colour, as the files are in colours', 'classes', i);
    else if (keys.indexOf(key) !== i)
      at('another value or colour than of a class before', 'classes', i);
  });
  checkValues(ignore, encoding, (message, i) => at(message, 'ignore', i));
  ignore.forEach((value, i) => {
    const key = typeof value === 'number' ? value : value.join();
    if (keys.includes(key)) at('a value that is of no class', 'ignore', i);
  });
  instanceClasses.forEach((name, i) => {
    if (!listed.some((one) => one.name === name)) at('the name of a class', 'instanceClasses', i);
  });
}

/** Colours where files are in colours, else numbers. */
function checkValues(
  values: readonly (number | readonly number[])[],
  encoding: string,
  fault: (message: string, i: number) => void,
): void {
  values.forEach((value, i) => {
    const isColour = typeof value !== 'number';
    if (isColour === (encoding === 'colours')) return;
    fault(isColour ? 'a number, as the files are in numbers' : 'a colour [r, g, b]', i);
  });
}
