import { basename } from 'node:path';
import { filesBelow, type Found } from './walk.ts';

/** A ground-truth file, the prediction found for it, and the frame both belong to. */
export interface FilePair {
  /** `city_seq_frame`. */
  readonly frame: string;
  readonly gt: string;
  readonly pred: string;
}

/** The pairs of a split, and what lies beside them. */
export interface Pairing {
  /** By the path of the ground truth. */
  readonly pairs: readonly FilePair[];
  /** What may be meant as ground truth and was not taken, with the reason. */
  readonly passedOver: readonly string[];
  /** Predictions of frames that the ground truth does not have. */
  readonly unused: readonly string[];
}

/** What is paired: the end of the ground truth's names and of the predictions'. */
export interface PairingRule {
  /** E.g. `_gtFine_labelIds.png`. */
  readonly suffix: string;
  /** E.g. `.png`. */
  readonly extension: string;
}

/**
 * Pairs ground-truth files with predictions by the official rule: for `city_seq_frame<suffix>` exactly
 * one file `city_seq_frame*<extension>` must lie anywhere below the prediction folder.
 *
 * @param onFound called while folders are read, with the number of files so far
 * @throws Error when there is no ground truth, several of a frame, or none or several predictions for one
 */
export async function pairFiles(
  gtFolder: string,
  predFolder: string,
  rule: PairingRule,
  onFound?: (files: number) => void,
): Promise<Pairing> {
  const truths = await filesBelow(gtFolder, onFound);
  const count = truths.files.length;
  const predictions = await filesBelow(predFolder, (n) => onFound?.(count + n));
  const passedOver = notTaken(truths, rule.suffix);
  const frames = byFrame(truths.files, rule.suffix);
  if (frames.size === 0) {
    const hint = passedOver.length > 0 ? `, only ${passedOver[0]}` : '';
    throw new Error(
      `${gtFolder}: no file *${rule.suffix} below it${hint}; give the folder of the split`,
    );
  }
  return { ...pairNames(frames, predictions.files, rule, predFolder), passedOver };
}

/**
 * Pairs frames with the files whose names begin with them, in O((n + m) log m) comparisons.
 * @param truths ground truth by frame
 * @param predFolder what the errors call the predictions' folder
 */
export function pairNames(
  truths: ReadonlyMap<string, string>,
  predictions: readonly string[],
  { extension }: Pick<PairingRule, 'extension'>,
  predFolder: string,
): Pick<Pairing, 'pairs' | 'unused'> {
  const named = predictions
    .map((path) => ({ path, name: basename(path), taken: false }))
    .sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
  const names = named.map(({ name }) => name);
  const pairs = [...truths].map(([frame, gt]) => {
    const near = named.slice(firstFrom(names, frame), firstFrom(names, `${frame}\uffff`));
    const found = near.filter(({ name }) => name.endsWith(extension));
    if (found.length === 0) {
      const other = near.length > 0 ? `, only ${near[0].path}` : '';
      throw new Error(
        `no prediction for ${gt}: expected one file ${frame}*${extension} below ${predFolder}${other}`,
      );
    }
    if (found.length > 1) {
      const shown = found.slice(0, 3).map(({ path }) => path);
      throw new Error(
        `${found.length} predictions for ${gt}: ${shown.join(', ')}; leave exactly one ${frame}*${extension}`,
      );
    }
    found[0].taken = true;
    return { frame, gt, pred: found[0].path };
  });
  const unused = named.filter(({ name, taken }) => !taken && name.endsWith(extension));
  return { pairs, unused: unused.map(({ path }) => path) };
}

/** Index of the first of sorted names that is not below a text. */
function firstFrom(names: readonly string[], text: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle] < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Files with an ending, by their frame `city_seq_frame`; a city's name may hold `_`.
 * @throws Error when what stands before the ending is no frame, or two files are of one
 */
export function byFrame(files: readonly string[], suffix: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    if (!file.endsWith(suffix)) continue;
    const frame = basename(file).slice(0, -suffix.length);
    if (!/^[^]+_[^_]+_[^_]+$/.test(frame)) {
      throw new Error(`${file}: name is not city_sequence_frame${suffix}, as Cityscapes names are`);
    }
    const other = found.get(frame);
    if (other !== undefined) throw new Error(`${file}: is of the frame of ${other}; leave one`);
    found.set(frame, file);
  }
  return found;
}

/** Files whose names end so but for upper case or the kind of image, and other links to nothing. */
function notTaken({ files, dangling }: Found, suffix: string): string[] {
  const stem = suffix.slice(0, suffix.lastIndexOf('.') + 1).toLowerCase();
  const misnamed = files.filter((file) => {
    const name = basename(file).toLowerCase();
    const at = name.lastIndexOf(stem);
    return at > 0 && /^[a-z0-9]+$/.test(name.slice(at + stem.length)) && !file.endsWith(suffix);
  });
  return [
    ...misnamed.map((file) => `${file} (does not end in ${suffix})`),
    ...dangling
      .filter((file) => !file.endsWith(suffix))
      .map((file) => `${file} (a link to nothing)`),
  ];
}
