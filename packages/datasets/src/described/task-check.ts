import type { DescribedTask, TaskDescription } from './task-schema.ts';

/** Says what was expected at a place of the description. */
export type Issue = (message: string, ...path: PropertyKey[]) => void;

/** What no single field can say of a task. */
export function checkTask(
  tasks: Readonly<Record<string, TaskDescription>>,
  name: string,
  issue: Issue,
): void {
  const task = tasks[name];
  const at = (message: string, ...path: PropertyKey[]) => issue(message, 'tasks', name, ...path);
  switch (task.kind) {
    case 'classes':
      checkSource(task, at);
      return checkClasses(task, at);
    case 'instances': {
      checkSource(task, at);
      const { within, encoding, background } = task;
      const other =
        within !== undefined && Object.hasOwn(tasks, within) ? tasks[within] : undefined;
      if (within !== undefined && other?.kind !== 'classes') {
        at("the name of a task of kind 'classes'", 'within');
      }
      checkValues(background, encoding, (message, i) => at(message, 'background', i));
      if (task.divisor !== undefined && ['colours', 'coco'].includes(encoding)) {
        at(`another encoding: ${encoding} are not divided`, 'divisor');
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

/** COCO masks are in files of many frames, others in one of each. */
function checkSource(
  { files, annotations, encoding }: DescribedTask<'classes'> | DescribedTask<'instances'>,
  at: Issue,
): void {
  if (encoding === 'coco') {
    if (files !== undefined)
      at("'annotations' alone: COCO masks are in files of many frames", 'files');
    if (annotations === undefined) at("'annotations', as masks are in COCO files");
  } else {
    if (annotations !== undefined) at("the encoding 'coco' beside it", 'annotations');
    if (files === undefined) at("'files'");
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
