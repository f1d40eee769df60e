import { bootstrapStatistic, type Table } from '@scene-mtl/eval';
import {
  type Artefacts,
  judgeDifference,
  measuredCell,
  notRun,
  overSeeds,
  type RunDifference,
  type Verdict,
} from '@scene-mtl/lab';
import {
  type Clustering,
  clusteringNote,
  clusterings,
  clusteringTitles,
} from '../../../measure/clustering-methods.ts';
import { sourceTitles } from '../../../measure/decoding-input.ts';
import { gridsOf } from '../../../measure/grids.ts';
import type { SceneContext, SceneExperiment } from '../../../scenes/kind.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { objectRuns } from '../object-runs.ts';
import { learnedArm } from '../table1-arms.ts';
import { smallestPiece } from './cut-object.ts';
import {
  numbersIn,
  occludedObjects,
  type OccludedObjects,
  occludedObjectsMade,
  type OcclusionSource,
  occlusionSources,
  SHOWN_SHARE,
} from './occluded-objects.ts';

/** Where cut objects are looked for. */
interface Place {
  readonly table: string;
  readonly where: string;
  readonly measurement: SceneMeasurement<OccludedObjects>;
}

const validation: Place = {
  table: 'figure4',
  where: 'validation frames',
  measurement: occludedObjects,
};
const made: Place = {
  table: 'figure4-made',
  where: 'frames generated so that poles, trees and people cut objects in two',
  measurement: occludedObjectsMade,
};

/** Scenes are generated for networks that learned on generated ones: others never saw their like. */
const placesOf = ({ config }: SceneContext): Place[] =>
  config.data.source === 'generated' ? [validation, made] : [validation];

/** Figure 4: what becomes of objects that something in front cuts in pieces, in numbers. */
export const figure4: SceneExperiment = {
  name: 'figure4',
  title: 'Figure 4: objects cut in pieces by what is in front of them',
  options: () => ({}),
  stages: (context) => [
    objectRuns(context).length > 0
      ? overSeeds(
          'learned',
          context.config.seeds,
          learnedArm(context.config, context.data.tasks),
          placesOf(context).map(({ measurement }) => measurement),
        )
      : [],
  ],
  async show(context, results): Promise<Artefacts> {
    const specs = objectRuns(context);
    const places = placesOf(context).map((place) => ({
      ...place,
      found: specs.flatMap((spec) => results.measured(spec, place.measurement) ?? []),
    }));
    const grids = places.map(({ measurement, where }) =>
      gridsOf(results, specs, measurement, (frame) => `${frame}, of ${where}`),
    );
    const judged = places.findLast(({ found }) => found.length > 0) ?? { ...validation, found: [] };
    return {
      lead:
        specs.length === 0
          ? `${context.data.name} has no objects, so none is cut.`
          : `The paper shows two cars that a tree and a lamp post cut in two, each found as one object. Here every object in two or more visible pieces is counted. Pictures: close-ups of the largest such object in the first frames that have one of at least ${100 * SHOWN_SHARE} % of the image; first seed.`,
      tables: places.map(({ table, where, found }) => ({
        name: table,
        table: tableOf(context, where, found),
      })),
      figures: [],
      grids: (await Promise.all(grids)).flat(),
      verdicts: verdictsOf(judged.where, judged.found),
    };
  },
};

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

const kinds = [
  { what: 'own', name: 'own object', better: 'higher' },
  { what: 'whole', name: 'whole', better: 'higher' },
  { what: 'split', name: 'split', better: 'lower' },
  { what: 'missed', name: 'missed in part', better: 'lower' },
  { what: 'merged', name: 'merged', better: 'lower' },
] as const;

/** % of the cut objects of each run; nothing where there was none. */
const rates = (
  found: readonly OccludedObjects[],
  source: OcclusionSource,
  name: Clustering,
  what: (typeof kinds)[number]['what'],
): number[] =>
  found.flatMap(({ cut, counts }) => {
    const objects = sum(numbersIn(cut));
    return objects === 0 ? [] : [(100 * counts[source][name][what]) / objects];
  });

function tableOf(context: SceneContext, where: string, found: readonly OccludedObjects[]): Table {
  const first = found.at(0);
  const cut = first && numbersIn(first.cut);
  return {
    title: `Objects in two or more visible pieces, on ${where}`,
    corner: 'Objects from',
    columns: kinds.map(({ name, better }) => ({ name, unit: '%', better, decimals: 1 })),
    rows: occlusionSources.flatMap((source, s) =>
      clusterings.map((name, c) => ({
        header: `${clusteringTitles[name]}, ${sourceTitles[source]}`,
        cells: kinds.map(({ what }) => measuredCell(rates(found, source, name, what))),
        // What is given the truth does not compete with what is predicted.
        ...(source !== 'predicted' && { reference: true }),
        ...(c === 0 && s > 0 && { ruleAbove: true }),
      })),
    ),
    notes: [
      ...(first && cut
        ? [`${sum(cut)} such objects in ${cut.length} of ${first.frames} frames.`]
        : []),
      `Pieces are 8-connected and have at least ${smallestPiece(context.config.size)} px. A piece belongs to the found object that covers more than half of it. Whole: all pieces belong to one; split: to several; missed in part: one to none; merged: a found object also has a piece of another true object; own object: whole and not merged. Split, missed and merged can coincide.`,
      'Predicted: classes and vectors of the network. True classes: with its vectors; its classes often run over a thin pole, so that the pieces touch and connected components keep them whole too.',
      clusteringNote(context.config.size),
      ...notesOf(context),
    ],
  };
}

/** Own objects under OPTICS minus under connected components, in points of %. */
function differenceOf({ cut, counts }: OccludedObjects, source: OcclusionSource): RunDifference[] {
  const objects = numbersIn(cut);
  const { optics, components } = counts[source];
  const [ours, theirs] = [optics, components].map(({ ownByFrame }) => numbersIn(ownByFrame));
  const of = (drawn: ArrayLike<number>): number => {
    const list = Array.from(drawn);
    return (100 * sum(list.map((i) => ours[i] - theirs[i]))) / sum(list.map((i) => objects[i]));
  };
  if (sum(objects) === 0) return [];
  return [
    {
      difference: of(objects.map((_, i) => i)),
      overFrames: bootstrapStatistic(objects.length, of),
    },
  ];
}

function verdictsOf(where: string, found: readonly OccludedObjects[]): Verdict[] {
  return (['predicted', 'trueClasses'] as const).map((source) => {
    const claim = {
      claim: `OPTICS on centre vectors keeps an object that is cut by what is in front of it as one object, told from others, more often than connected components do, ${source === 'predicted' ? 'all predicted' : 'given true classes'}`,
      source: 'figure 4',
    };
    if (found.length === 0) return notRun(claim);
    const judged = judgeDifference(
      found.flatMap((one) => differenceOf(one, source)),
      0.5,
      'points',
    );
    const own = (name: Clustering): string => {
      const { value } = measuredCell(rates(found, source, name, 'own'));
      return typeof value === 'number' ? `${value.toFixed(1)} %` : 'unknown';
    };
    const numbers = `objects found as one and told from others: OPTICS ${own('optics')}, DBSCAN ${own('dbscan')}, connected components ${own('components')}`;
    return { ...claim, ...judged, evidence: `${judged.evidence}; on ${where}: ${numbers}` };
  });
}
