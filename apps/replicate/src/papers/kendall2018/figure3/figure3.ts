import type { Table, TableRow } from '@scene-mtl/eval';
import {
  notRun,
  type Artefacts,
  type Claim,
  type Item,
  type ItemContext,
  type Verdict,
} from '../experiment/item.ts';
import { notesOf } from '../experiment/notes.ts';
import { measuredCell, overSeeds } from '../experiment/over-seeds.ts';
import type { RunSpec } from '../experiment/spec.ts';
import {
  clusteringNote,
  clusterings,
  clusteringTitles,
  type Clustering,
} from '../measure/clustering-methods.ts';
import { sourceTitles } from '../measure/decoding-input.ts';
import {
  objectsByClustering,
  objectSources,
  type ObjectsByClustering,
} from '../measure/objects-by-clustering.ts';
import { judgeDifference } from './difference.ts';
import { learnedTrial } from './rows.ts';
import { stripsOf } from './strips.ts';

const applies = ({ data }: ItemContext): boolean =>
  data.tasks.includes('semantic') && data.tasks.includes('instance');

/** The runs with learned weights for all tasks of the data, those of Table 1; none without objects. */
export const objectRuns = (context: ItemContext): RunSpec[] =>
  applies(context)
    ? context.config.seeds.map((seed) => ({
        ...learnedTrial(context.config, context.data.tasks),
        seed,
      }))
    : [];

/** Figure 3: from centre vectors over votes to objects, by OPTICS and by other clusterings. */
export const figure3: Item = {
  name: 'figure3',
  title: 'Figure 3: from centre vectors to objects',
  summary:
    'Objects found in centre votes by OPTICS, DBSCAN and connected components: pictures, AP,\n' +
    'number of objects, from predicted and from true vectors.',
  options: () => ({}),
  runs: (context) =>
    applies(context)
      ? overSeeds(
          'learned',
          context.config.seeds,
          learnedTrial(context.config, context.data.tasks),
          [objectsByClustering],
        )
      : [],
  async render(context, results): Promise<Artefacts> {
    const specs = objectRuns(context);
    const found = specs.flatMap((spec) => results.measured(spec, objectsByClustering) ?? []);
    return {
      lead: leadOf(context),
      tables: [{ name: 'figure3', table: tableOf(context, found) }],
      figures: [],
      strips: await stripsOf(results, specs, objectsByClustering),
      verdicts: [verdictOf(found)],
    };
  },
};

function leadOf(context: ItemContext): string {
  if (!applies(context)) return `${context.data.name} has no objects, so there is nothing to find.`;
  return `Each pixel of a class with objects votes for the centre of its object; clusters of votes are objects. Network with learned weights for ${context.data.tasks.join(', ')}, as in Table 1. Pictures: first seed, frames spread evenly over the validation split, not chosen by result.`;
}

function tableOf(context: ItemContext, found: readonly ObjectsByClustering[]): Table {
  const perFrame = (of: (one: ObjectsByClustering) => number) =>
    measuredCell(found.map((one) => of(one) / one.frames));
  const methodRow = (name: Clustering): TableRow => ({
    header: clusteringTitles[name],
    cells: objectSources.flatMap((source) => [
      ...(['ap', 'ap50'] as const).map((metric) =>
        measuredCell(found.flatMap((one) => one.found[source][name][metric] ?? [])),
      ),
      perFrame((one) => one.found[source][name].objects),
    ]),
  });
  const truth = perFrame(({ trueObjects }) => trueObjects);
  return {
    title: 'Objects found in centre votes, by clustering and by what it is given',
    corner: 'Clustering',
    columns: objectSources.flatMap((source) => {
      const group = sourceTitles[source];
      return [
        { name: 'AP', group, unit: '%', better: 'higher', decimals: 1 },
        { name: 'AP50', group, unit: '%', better: 'higher', decimals: 1 },
        { name: 'objects per frame', group, decimals: 1 },
      ] as const;
    }),
    rows: [
      ...clusterings.map(methodRow),
      {
        header: 'True objects',
        cells: objectSources.flatMap(() => [null, null, truth]),
        reference: true,
        ruleAbove: true,
      },
    ],
    notes: [
      'True vectors: classes as predicted; a pixel outside true objects keeps its predicted vector. True classes and vectors: the upper bound of the clustering itself.',
      `${clusteringNote(context.config.size)} ξ is a ratio of distances, which between exact votes are those of rounding.`,
      'AP: official matching, smallest object 100 px at 2048×1024 scaled by the area; objects of fewer votes than the least object has are never found. All true objects are counted under “objects per frame”, small ones too.',
      ...notesOf(context),
    ],
  };
}

const claim: Claim = {
  claim:
    'Clustering predicted centre votes with OPTICS finds single objects better than connected components of the predicted classes do',
  source: 'section 4.2, figure 3',
};

function verdictOf(found: readonly ObjectsByClustering[]): Verdict {
  if (found.length === 0) return notRun(claim);
  const runs = found.flatMap(({ opticsMinusComponents: { difference, interval } }) =>
    difference === null ? [] : [{ difference, overFrames: interval ?? undefined }],
  );
  const { judgement, evidence } = judgeDifference(runs, 'points of AP');
  return {
    ...claim,
    judgement,
    evidence: `AP of OPTICS minus connected components: ${evidence}`,
  };
}
