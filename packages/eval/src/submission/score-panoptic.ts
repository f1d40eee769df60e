import {
  panopticQuality,
  type PanopticEvaluation,
  type PanopticScores,
} from '../cityscapes/panoptic.ts';
import { annotationFile, annotationsOf, categoriesOf, type Annotation } from './annotations.ts';
import { checkSameSize, readImage } from './images.ts';
import { inOrder, type ScoreInput } from './in-order.ts';
import { chosenOf, type Scored } from './scored.ts';
import { sizeTally } from './sizes.ts';

/** What `scorePanoptic` gives beside the scores. */
export interface ScoredPanoptic extends Scored {
  /** Names of the categories by id; where two have one name, with the id. */
  readonly names: ReadonlyMap<number, string>;
}

/**
 * Scores a panoptic submission in COCO panoptic format: a JSON file and its id images, in a folder of the
 * JSON's name beside it or in the JSON's own folder, once below `gt` and once below `pred` (either may
 * also be the JSON file itself).
 *
 * Lists and images must agree, in the ground truth too: each segment listed and painted, and an `area`
 * that is stated there the number of its pixels (the official tool would score with whatever is stated).
 *
 * @throws Error naming the file and image for anything malformed, missing or of another size
 */
export async function scorePanoptic(input: ScoreInput): Promise<PanopticScores & ScoredPanoptic> {
  const gt = await annotationFile(input.gt, input.onFound);
  const pred = await annotationFile(input.pred, input.onFound);
  const categories = categoriesOf(gt);
  const truths = await annotationsOf(gt, categories, true);
  if (truths.length === 0) throw new Error(`${gt.file}: field "annotations" is empty`);
  const guesses = new Map(
    (await annotationsOf(pred, categories, false)).map((a) => [a.imageId, a]),
  );
  const pairs = truths.map((truth) => {
    const guess = guesses.get(truth.imageId);
    if (!guess) {
      throw new Error(`${pred.file}: no annotation for image_id ${JSON.stringify(truth.imageId)}`);
    }
    guesses.delete(truth.imageId);
    return { truth, guess };
  });
  const each: PanopticEvaluation[] = [];
  const sizes = sizeTally(false);
  const read = async ({ truth, guess }: (typeof pairs)[number]) => {
    const [a, b] = await Promise.all([readIds(truth.file), readIds(guess.file)]);
    checkSameSize(a, truth.file, b, guess.file);
    return {
      ...{ height: a.height, width: a.width },
      truth: { ids: a.ids, segments: withAreas(truth, a.ids, 'true') },
      guess: { ids: b.ids, segments: withAreas(guess, b.ids, 'predicted') },
    };
  };
  await inOrder(
    pairs,
    read,
    ({ truth, guess, ...size }, pair) => {
      sizes.add(size, pair.truth.file);
      const evaluation = panopticQuality(categories);
      evaluation.add(truth, guess);
      each.push(evaluation);
    },
    input.onProgress,
  );
  const whole = panopticQuality(categories);
  for (const one of each) whole.merge(one);
  return {
    ...whole.result(),
    images: pairs.length,
    names: new Map(categories.map((c) => [c.id, c.name])),
    sizes: sizes.result(),
    passedOver: [],
    unused: [...guesses.values()].map(({ file }) => file),
    frames: pairs.map(({ truth }) => String(truth.imageId)),
    chosen: () =>
      chosenOf(
        each,
        () => panopticQuality(categories),
        (counts) => {
          const { all, things, stuff } = counts.result();
          return { pq: all.pq, sq: all.sq, rq: all.rq, pqThings: things.pq, pqStuff: stuff.pq };
        },
      ),
  };
}

/**
 * The segments with their pixels counted.
 * @throws Error where list and image do not agree
 */
function withAreas({ where, file, segments }: Annotation, ids: Uint32Array, side: string) {
  const areas = areasOf(ids);
  const listed = new Set(segments.map(({ id }) => id));
  for (const id of areas.keys()) {
    if (id === 0 || listed.has(id)) continue;
    throw new Error(
      `${where}: segment ${id} is in the ${side} image ${file} but not in the list of segments; list it with its category`,
    );
  }
  return segments.map((segment) => {
    const { id, area: stated } = segment;
    const area = areas.get(id);
    if (area === undefined) {
      throw new Error(
        `${where}: segment ${id} is in the ${side} list but not in the image ${file}; leave it out of the list`,
      );
    }
    if (stated !== undefined && stated !== area) {
      throw new Error(
        `${where}: segment ${id} has area ${stated}, but ${area} pixels in the image ${file}; correct it or leave it out`,
      );
    }
    return { ...segment, area };
  });
}

/** Pixels of each id. */
function areasOf(ids: Uint32Array): Map<number, number> {
  const areas = new Map<number, number>();
  for (let from = 0, i = 1; i <= ids.length; i++) {
    if (i < ids.length && ids[i] === ids[from]) continue;
    areas.set(ids[from], (areas.get(ids[from]) ?? 0) + i - from);
    from = i;
  }
  return areas;
}

/** Id image: id = R + 256 G + 65536 B. */
async function readIds(file: string) {
  const { width, height, channels, depth, data } = await readImage(file);
  if (channels < 3 || depth !== 8) {
    throw new Error(`${file}: is ${depth}-bit with ${channels} channels; expected 8-bit RGB ids`);
  }
  const ids = new Uint32Array(width * height);
  for (let i = 0; i < ids.length; i++) {
    const at = i * channels;
    ids[i] = data[at] + 256 * data[at + 1] + 65536 * data[at + 2];
  }
  return { width, height, ids };
}
