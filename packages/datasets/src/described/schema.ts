import { z } from 'zod';
import { checkTask, type Issue } from './task-check.ts';
import { partsOf } from './pattern.ts';
import {
  annotationsOf,
  file,
  formsOf,
  pattern,
  taskFault,
  taskSchema,
  text,
} from './task-schema.ts';

/** Name of the file that describes a folder of one's own data. */
export const DESCRIPTION = 'dataset.json';

const share = z.number().min(0).max(1);

const folders = z
  .union([text, z.array(text).min(1).max(16)])
  .describe('a folder, or several that are taken together');

const splits = z.discriminatedUnion('by', [
  z.strictObject({
    by: z
      .literal('folder')
      .describe(
        'the name of the folder stands where patterns have {split}; images without it are of the split of their labels',
      ),
    train: folders,
    val: folders.optional(),
    test: folders.optional(),
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
      files: pattern.describe('JPEG, PNG, WebP, AVIF, TIFF or NPY'),
    }),
    splits,
    tasks: z.record(z.string(), taskSchema),
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
    checkPatterns(images.files, tasks, by, issue);
  });

/** Content of `dataset.json`, its defaults filled in. */
export type Description = z.infer<typeof descriptionSchema>;

/** Content of `dataset.json` as it is written: what is a default may be absent. */
export type WrittenDescription = z.input<typeof descriptionSchema>;

/** A task as it is written into `dataset.json`. */
export type WrittenTask = WrittenDescription['tasks'][string];

/** Patterns go together: the same parts of an id, and `{split}` where splits are by folder. */
function checkPatterns(
  images: string,
  tasks: Description['tasks'],
  by: Description['splits']['by'],
  issue: Issue,
): void {
  const labels = Object.entries(tasks).flatMap(([name, task]) =>
    formsOf(task).map((form) => ({ form, path: ['tasks', name, 'files'] })),
  );
  const shared = Object.entries(tasks).flatMap(([name, task]) =>
    annotationsOf(task).map((form) => ({ form, path: ['tasks', name, 'annotations'] })),
  );
  const patterns = [{ form: images, path: ['images', 'files'] }, ...labels];
  const hasSplit = ({ form }: { readonly form: string }) => form.includes('{split}');
  const wanted = partsOf(images).map((part) => `{${part}}`);
  for (const { form, path } of shared.filter(hasSplit)) {
    if (by !== 'folder') issue("splits by 'folder' where a path has {split}", ...path);
    if (form.includes('{id}')) issue('no {id}: such a file is of many frames', ...path);
  }
  for (const one of patterns) {
    if (by !== 'folder') {
      if (hasSplit(one)) issue("splits by 'folder' where a path has {split}", ...one.path);
    } else if (
      !hasSplit(one) &&
      (hasSplit(patterns[0]) || ![...labels, ...shared].some(hasSplit))
    ) {
      issue("{split} in it, as splits are by 'folder'", ...one.path);
    }
    const parts = partsOf(one.form).map((part) => `{${part}}`);
    if (parts.join() !== wanted.join()) {
      const named = wanted.length > 0 ? `${wanted.join(', ')} and {id}` : '{id} alone';
      issue(`the parts of images.files: ${named}`, ...one.path);
    }
  }
}
