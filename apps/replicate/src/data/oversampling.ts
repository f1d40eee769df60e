import { classesKind, didYouMean, findField, type Sample, type Size } from '@scene-mtl/data';
import type { Dataset, Pool } from '@scene-mtl/datasets';
import { targetsFor } from '@scene-mtl/vision-heads/targets';

/** How often a training frame comes in an epoch, by its id; those that are not named come once. */
export type Repeats = Readonly<Record<string, number>>;

/** By what a frame has, `depth` or `semantic/rider`: how often it comes in an epoch. */
export type Oversampling = Readonly<Record<string, number>>;

interface Rule {
  readonly times: number;
  readonly fits: (sample: Sample) => boolean;
}

/**
 * What rules ask of a frame.
 * @throws naming one of an annotation that no task learns from, or of a class that it has not
 */
function rulesOf(dataset: Dataset, sampling: Oversampling): Rule[] {
  const targets = targetsFor(dataset);
  return Object.entries(sampling).map(([name, times]) => {
    const where = `training.sampling.frames.${name}`;
    const [field, ...rest] = name.split('/');
    if (!Object.hasOwn(targets, field)) {
      throw new Error(`${where}: no such annotation; ${didYouMean(field, Object.keys(targets))}`);
    }
    if (rest.length === 0) return { times, fits: (sample) => targets[field].has(sample) };
    const wanted = rest.join('/');
    const classes = classesOf(dataset, field);
    const index = classes.indexOf(wanted);
    if (index < 0) {
      const remedy = classes.length === 0 ? `${field} has no classes` : didYouMean(wanted, classes);
      throw new Error(`${where}: no such class; ${remedy}`);
    }
    const shows = (sample: Sample) => findField(sample, field, classesKind)?.data.includes(index);
    return { times, fits: (sample) => shows(sample) ?? false };
  });
}

/** Names of the classes of a field of pixels. */
function classesOf({ annotations = {}, legend }: Dataset, field: string): readonly string[] {
  const own = annotations[field];
  if (own) return own.kind === 'classes' ? own.classes : [];
  return field === 'semantic' ? (legend?.classes ?? []) : [];
}

/** @throws as {@link repeatsOf}, without looking at a frame */
export const assertOversampling = (dataset: Dataset, sampling: Oversampling): void =>
  void rulesOf(dataset, sampling);

/**
 * Looks at every training frame: it comes as often as the largest of the rules that fit it says.
 * @param onSeen gets how many frames have been looked at
 * @throws naming a rule of an annotation or class that the data has not
 */
export async function repeatsOf(
  dataset: Dataset,
  sampling: Oversampling,
  size: Size,
  onSeen: (seen: number) => void = () => {},
): Promise<Repeats> {
  const rules = rulesOf(dataset, sampling);
  const repeats: Record<string, number> = {};
  for (const [i, id] of dataset.list('train').entries()) {
    const sample = await dataset.read(id, 'train', size);
    const times = rules.flatMap((rule) => (rule.fits(sample) ? [rule.times] : []));
    const most = Math.max(1, ...times);
    if (most > 1) repeats[id] = most;
    onSeen(i + 1);
  }
  return repeats;
}

/** The training frames as one pool, each as often as it comes in an epoch. */
export const repeatedPool = (dataset: Dataset, repeats: Repeats, perBatch: number): Pool => ({
  ids: dataset.list('train').flatMap((id) => Array<string>(repeats[id] ?? 1).fill(id)),
  perBatch,
});
