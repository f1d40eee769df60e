import { z } from 'zod';
import { patternFault, pathFault } from './pattern.ts';

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

/** A path below the folder. */
export const file = z.string().superRefine(faultless(pathFault));
/** A path with `{id}`. */
export const pattern = z.string().superRefine(faultless(patternFault));

const files = z
  .union([pattern, z.array(pattern).min(1).max(4)])
  .describe('a path with {id}; of several, the first that a frame has');

const annotations = z
  .union([file, z.array(file).min(1).max(64)])
  .describe('COCO files of many frames; {split} where one is of one split');

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

/** A name. */
export const text = z.string().min(1).max(LONGEST);
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

/** A task of `dataset.json`, by its kind. */
export const taskSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('classes'),
    files: files.optional(),
    annotations: annotations.optional(),
    encoding: z.enum(['ids', 'palette', 'colours', 'npy', 'coco']).default('ids'),
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
    files: files.optional(),
    annotations: annotations.optional(),
    encoding: z.enum(['ids', 'palette', 'colours', 'npy', 'coco']).default('ids'),
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
    files,
    encoding: z.enum(['8-bit', '16-bit', 'npy', 'tiff']),
    ...scaled,
    unit: text.default('m'),
  }),
  z.strictObject({
    kind: z.literal('disparity'),
    files,
    encoding: z.enum(['8-bit', '16-bit', 'npy', 'tiff']),
    ...scaled,
  }),
  z.strictObject({
    kind: z.literal('normals'),
    files,
    encoding: z.enum(['rgb', 'npy', 'tiff']).describe('rgb: n = 2 p / 255 − 1'),
    axes: z
      .tuple([z.enum(['right', 'left']), z.enum(['down', 'up']), z.enum(['away', 'towards'])])
      .default(['right', 'down', 'away'])
      .describe('where x, y and z point, seen from the camera'),
  }),
  z.strictObject({
    kind: z.literal('edges'),
    files,
    encoding: z.enum(['ids', 'palette', 'npy']).default('ids'),
    ignore: ids.default([]).describe('values of pixels that never count; else 0 is no edge'),
  }),
  z.strictObject({
    kind: z.literal('label'),
    files: files.optional().describe('a text each: the name of the class'),
    table: table.optional(),
    classes: whole,
  }),
  z.strictObject({
    kind: z.literal('number'),
    files: files.optional().describe('a text each: numbers with spaces between'),
    table: table.optional(),
    length: z.number().int().min(1).max(1024).default(1).describe('numbers of each frame'),
    mirror: z
      .enum(['same', 'negated'])
      .optional()
      .describe('what a mirrored picture does to them; absent: nobody says, set training.flip=0'),
  }),
]);

/** One task of a description. */
export type TaskDescription = z.infer<typeof taskSchema>;

/** A task of a kind. */
export type DescribedTask<K extends TaskDescription['kind']> = Extract<
  TaskDescription,
  { readonly kind: K }
>;

/** The forms of a task's files, the best first; none for a task whose values are in a table. */
export const formsOf = ({ files: forms = [] }: TaskDescription): readonly string[] =>
  typeof forms === 'string' ? [forms] : forms;

/** Forms of a task's COCO files; none for a task that has others. */
export const annotationsOf = (task: TaskDescription): readonly string[] => {
  const { annotations: forms = [] } = 'annotations' in task ? task : {};
  return typeof forms === 'string' ? [forms] : forms;
};
