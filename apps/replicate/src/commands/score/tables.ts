import {
  BAD_THRESHOLDS,
  distanceSettings,
  scoreDisparity,
  scoreInstance,
  scorePanoptic,
  scoreSemantic,
  stereoDistances,
  type Scored,
  type ScoreInput,
  type Table,
} from '@scene-mtl/eval';
import { evaluatedLabels, instanceLabels } from '@scene-mtl/data/cityscapes';
import { fileNotes, instanceNotes, semanticNotes, sizeNotes } from './notes.ts';

/** What one task's scorer gives: everything for `--json`, a table for people; notes are the table's. */
export interface TaskScores {
  readonly json: Readonly<Record<string, unknown>>;
  readonly table: Table & { readonly notes: readonly string[] };
  /** The same of any choice of images. */
  readonly scored: Pick<Scored, 'frames' | 'chosen'>;
  /** What its names are called in tables, and in which unit; shares are shown in %. */
  readonly measures: Measures;
}

/** Names of scores in words. */
export type Measures = Readonly<Record<string, { readonly header: string; readonly unit: string }>>;

/** What the scorers take. */
export interface TaskInput extends ScoreInput {
  /** Folder of disparity and camera files. */
  readonly stereo?: string | undefined;
  readonly scaleByArea: boolean;
}

/** The scorers by task. */
export const scorers = { semantic, instance, panoptic, disparity } satisfies Readonly<
  Record<string, (input: TaskInput) => Promise<TaskScores>>
>;

const shares = (headers: Readonly<Record<string, string>>): Measures =>
  Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { header, unit: '%' }]),
  );

async function semantic(input: TaskInput): Promise<TaskScores> {
  const { frames, chosen, ...scores } = await scoreSemantic(input);
  const row = (header: string, iou: number, iiou: number) => ({
    header,
    cells: [percent(iou), Number.isNaN(iiou) ? null : percent(iiou)],
  });
  return {
    json: { ...scores },
    scored: { frames, chosen },
    measures: shares({
      averageScoreClasses: 'IoU, mean of classes',
      averageScoreInstClasses: 'iIoU, mean of classes',
      averageScoreCategories: 'IoU, mean of categories',
      averageScoreInstCategories: 'iIoU, mean of categories',
    }),
    table: {
      title: `Pixel-level scores, ${images(scores.images)}`,
      corner: 'class or category',
      columns: [
        { name: 'IoU', unit: '%' },
        { name: 'iIoU', unit: '%' },
      ],
      rows: [
        row('mean of classes', scores.averageScoreClasses, scores.averageScoreInstClasses),
        ...evaluatedLabels.map(({ name }) =>
          row(name, scores.classScores[name], scores.classInstScores[name]),
        ),
        row('mean of categories', scores.averageScoreCategories, scores.averageScoreInstCategories),
        ...Object.entries(scores.categoryScores)
          .filter(([name]) => name !== 'void')
          .map(([name, iou]) => row(name, iou, scores.categoryInstScores[name])),
      ],
      notes: [
        ...semanticNotes(scores),
        ...sizeNotes(scores, 'the mean sizes by which iIoU weighs objects', input.scaleByArea),
        ...fileNotes(scores),
      ],
    },
  };
}

async function instance({ stereo, ...input }: TaskInput): Promise<TaskScores> {
  const { frames, chosen, ...scores } = await scoreInstance({
    ...input,
    ...(stereo !== undefined && {
      settings: distanceSettings,
      distances: await stereoDistances(stereo),
    }),
  });
  const [, to100, to50] = distanceSettings.map(({ distance }) => `${distance}m`);
  // Names of the official result file; what the settings without distances lack.
  const byDistance = {
    [`allAp${to100}`]: scores.bySetting[1],
    [`allAp${to50}`]: scores.bySetting[2],
    [`allAp50%${to50}`]: scores.bySetting50[2],
  };
  const ofClass = (c: number) => ({
    [`ap${to100}`]: mean(scores.ap[1][c]),
    [`ap${to50}`]: mean(scores.ap[2][c]),
    [`ap50%${to50}`]: scores.ap[2][c][0],
  });
  const far = stereo !== undefined;
  return {
    json: {
      ...scores,
      ...(far && byDistance),
      classes: Object.fromEntries(
        instanceLabels.map(({ name }, c) => [
          name,
          { ...scores.classes[name], ...(far && ofClass(c)) },
        ]),
      ),
      labels: instanceLabels.map((l) => l.name),
    },
    scored: { frames, chosen },
    measures: shares({
      ...{ allAp: 'AP', allAp50: 'AP50%' },
      ...(far && {
        [`allAp${to100}`]: `AP${to100}`,
        [`allAp${to50}`]: `AP${to50}`,
        [`allAp50%${to50}`]: `AP50%${to50}`,
      }),
    }),
    table: {
      title: `Instance-level scores, ${images(scores.images)}`,
      corner: 'class',
      columns: [
        ...['AP', 'AP50%'],
        ...(far ? [`AP${to100}`, `AP${to50}`, `AP50%${to50}`] : []),
      ].map((name) => ({ name, unit: '%' })),
      rows: [
        {
          header: 'mean',
          cells: [scores.allAp, scores.allAp50, ...(far ? Object.values(byDistance) : [])].map(
            percent,
          ),
        },
        ...instanceLabels.map(({ name }, c) => ({
          header: name,
          cells: [
            ...[scores.classes[name].ap, scores.classes[name].ap50],
            ...(far ? Object.values(ofClass(c)) : []),
          ].map(percent),
        })),
      ],
      notes: [
        ...instanceNotes(scores),
        ...sizeNotes(scores, 'the smallest sizes of objects', input.scaleByArea),
        ...(stereo === undefined
          ? []
          : [
              'AP100m, AP50m and AP50%50m take the median stereo depth of each object; the benchmark server computes its distances in a way that is not public.',
            ]),
        ...fileNotes(scores),
      ],
    },
  };
}

async function panoptic(input: TaskInput): Promise<TaskScores> {
  const { perClass, names, frames, chosen, ...scores } = await scorePanoptic(input);
  const cells = ({ pq, sq, rq }: { pq: number; sq: number; rq: number }) =>
    [pq, sq, rq].map(percent);
  const byName = [...perClass].map(([id, q]) => [names.get(id) ?? String(id), q] as const);
  return {
    json: { ...scores, perClass: Object.fromEntries(byName) },
    scored: { frames, chosen },
    measures: shares({
      ...{ pq: 'PQ', sq: 'SQ', rq: 'RQ' },
      ...{ pqThings: 'PQ of things', pqStuff: 'PQ of stuff' },
    }),
    table: {
      title: `Panoptic scores, ${images(scores.images)}`,
      corner: 'class',
      columns: ['PQ', 'SQ', 'RQ'].map((name) => ({ name, unit: '%' })),
      rows: [
        { header: `all (${scores.all.n})`, cells: cells(scores.all) },
        { header: `things (${scores.things.n})`, cells: cells(scores.things) },
        { header: `stuff (${scores.stuff.n})`, cells: cells(scores.stuff) },
        ...byName.map(([header, q]) => ({ header, cells: cells(q) })),
      ],
      notes: [
        ...(scores.all.n === 0
          ? ['Neither the ground truth nor the predictions hold a segment that counts.']
          : []),
        ...fileNotes(scores),
      ],
    },
  };
}

async function disparity(input: TaskInput): Promise<TaskScores> {
  const { frames, chosen, ...scores } = await scoreDisparity(input);
  const rows: [string, number, string][] = [
    ['mean error', scores.mean, 'px'],
    ['RMS error', scores.rms, 'px'],
    ['relative error of disparity', scores.relativeDisparity, ''],
    ['δ < 1.25', scores.delta1, ''],
    ['δ < 1.25²', scores.delta2, ''],
    ['δ < 1.25³', scores.delta3, ''],
    ['mean inverse-depth error', scores.inverseDepthMean, 'm⁻¹'],
    ['RMS inverse-depth error', scores.inverseDepthRms, 'm⁻¹'],
    ['D1: error > 3 px and > 5 %', 100 * scores.d1, '%'],
    ...BAD_THRESHOLDS.map((px): [string, number, string] => [
      `bad ${px}: error > ${px} px`,
      100 * scores.bad[px],
      '%',
    ]),
    ['density', 100 * scores.density, '%'],
  ];
  const bad = Object.fromEntries(BAD_THRESHOLDS.map((px) => [`bad${px}`, `bad ${px}`]));
  const nothing = scores.pixels === 0 && !(scores.density === 0);
  return {
    json: { ...scores },
    scored: { frames, chosen },
    measures: {
      mean: { header: 'mean error', unit: 'px' },
      rms: { header: 'RMS error', unit: 'px' },
      relativeDisparity: { header: 'relative error of disparity', unit: '' },
      ...shares({ delta1: 'δ < 1.25', delta2: 'δ < 1.25²', delta3: 'δ < 1.25³', d1: 'D1' }),
      inverseDepthMean: { header: 'mean inverse-depth error', unit: 'm⁻¹' },
      inverseDepthRms: { header: 'RMS inverse-depth error', unit: 'm⁻¹' },
      ...shares({ ...bad, density: 'density' }),
    },
    table: {
      title: `Disparity, ${images(scores.images)}, ${scores.pixels} pixels`,
      corner: 'measure',
      columns: [{ name: 'value', decimals: 4 }, { name: 'unit' }],
      rows: rows.map(([header, value, unit]) => ({ header, cells: [{ value }, unit] })),
      notes: [
        ...(nothing
          ? ['No pixel of the ground truth has a known disparity, so there is nothing to score.']
          : []),
        ...(scores.density < 1
          ? [
              'Some known pixels have no predicted value (p = 0): errors are those of the others. Another method may only be compared at the same density.',
            ]
          : []),
        ...(scores.pixels > 0 && Number.isNaN(scores.inverseDepthMean)
          ? ['No *_camera.json lies below the ground truth, so inverse depth is not scored.']
          : []),
        ...fileNotes(scores),
      ],
    },
  };
}

const percent = (fraction: number) => ({ value: 100 * fraction });

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

const images = (n: number): string => `${n} image${n === 1 ? '' : 's'}`;
