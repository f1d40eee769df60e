import {
  areaOf,
  OFFICIAL_SIZE,
  sizeText,
  type DistanceSetting,
  type PixelScores,
  type Scored,
  type ScoredInstances,
} from '@scene-mtl/eval';
import { evaluatedLabels, labelsById } from '@scene-mtl/data/cityscapes';

/** Names shown of a list. */
const SHOWN = 3;

/** Files that were not used, and why. */
export function fileNotes({ passedOver, unused }: Pick<Scored, 'passedOver' | 'unused'>): string[] {
  return [
    ...(passedOver.length > 0
      ? [`Below the ground truth and not taken: ${shown(passedOver)}.`]
      : []),
    ...(unused.length > 0
      ? [`Predictions of no frame of the ground truth, not scored: ${shown(unused)}.`]
      : []),
  ];
}

/**
 * What sizes mean where the pictures have not the size that the official ones have.
 * @param what the sizes in px, for the reader
 */
export function sizeNotes(
  { sizes }: Pick<Scored, 'sizes'>,
  what: string,
  scaled: boolean,
): string[] {
  const official = sizeText(OFFICIAL_SIZE);
  if (scaled) {
    const [size] = sizes;
    const { height, width } = size;
    return [
      `--area: ${what} are multiplied by area = H·W / (${OFFICIAL_SIZE.height}·${OFFICIAL_SIZE.width}) = ${height}·${width} / (${OFFICIAL_SIZE.height}·${OFFICIAL_SIZE.width}) = ${Number(areaOf(size).toPrecision(4))}.`,
    ];
  }
  const other = sizes.filter((size) => sizeText(size) !== official);
  if (other.length === 0) return [];
  const all = other.slice(0, SHOWN).map((size) => `${sizeText(size)} (${size.images})`);
  const more = other.length > SHOWN ? ` and ${other.length - SHOWN} sizes more` : '';
  return [
    `The pictures are not all ${official} (height × width) but ${all.join(', ')}${more}, and ${what} are made for that size: these scores are not comparable to official ones. --area multiplies them by area = H·W / (${OFFICIAL_SIZE.height}·${OFFICIAL_SIZE.width}).`,
  ];
}

/** Truth without anything to score, and predictions that look like training ids. */
export function semanticNotes({ confMatrix }: PixelScores): string[] {
  const truth = idsOf(confMatrix.map((row) => sum(row)));
  const guess = idsOf(confMatrix.map((_, id) => sum(confMatrix.map((row) => row[id]))));
  const scored = truth.filter((id) => !labelsById[id].ignoreInEval);
  if (scored.length === 0) {
    return [
      `No pixel of the ground truth is of an evaluated class (it holds the ids ${truth.join(', ')}), so there is nothing to score; the public test annotations are like that.`,
    ];
  }
  const right = (idOf: (label: (typeof evaluatedLabels)[number]) => number) =>
    sum(evaluatedLabels.map((label) => confMatrix[label.id][idOf(label)]));
  const isTraining =
    guess.every((id) => id < evaluatedLabels.length) &&
    (!guess.some((id) => scored.includes(id)) || right((l) => l.trainId) > right((l) => l.id));
  return isTraining
    ? [
        `All predicted ids are 0 … 18 (${guess.join(', ')}), and they fit the ground truth better as training ids, if at all: are they? Predictions hold regular ids (road is 7, car 26) and were scored as such.`,
      ]
    : [];
}

/** Objects that are left out, and truth without any. */
export function instanceNotes({
  objects,
  tooSmall,
  settings,
}: Omit<ScoredInstances, keyof Scored>): string[] {
  if (objects === 0) {
    return [
      'The ground truth holds no object of the eight evaluated classes, so there is nothing to score.',
    ];
  }
  if (tooSmall === 0) return [];
  return [
    `${tooSmall} of ${objects} objects of the ground truth are below ${limitOf(settings)} px and left out, as the official tool leaves out those below 100 px of ${sizeText(OFFICIAL_SIZE)}.`,
  ];
}

const limitOf = ([first]: readonly DistanceSetting[]): string =>
  String(Number(first.minRegion.toPrecision(4)));

const idsOf = (pixels: readonly number[]): number[] =>
  pixels.flatMap((n, id) => (n > 0 ? [id] : []));

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

const shown = (files: readonly string[]): string =>
  files.slice(0, SHOWN).join(', ') +
  (files.length > SHOWN ? ` and ${files.length - SHOWN} more` : '');
