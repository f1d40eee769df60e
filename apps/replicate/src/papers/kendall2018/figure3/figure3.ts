import type { Table, TableRow } from '@scene-mtl/eval';
import {
  type Artefacts,
  type Claim,
  judgeDifference,
  measuredCell,
  notRun,
  overSeeds,
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
import { notesOf } from '../../../scenes/notes.ts';
import { hasObjects, objectRuns } from '../object-runs.ts';
import { learnedArm } from '../table1-arms.ts';
import {
  objectsByClustering,
  type ObjectsByClustering,
  objectSources,
} from './objects-by-clustering.ts';

/** Figure 3: from centre vectors over votes to objects, by OPTICS and by other clusterings. */
export const figure3: SceneExperiment = {
  name: 'figure3',
  title: 'Figure 3: from centre vectors to objects',
  options: () => ({}),
  stages: (context) => [
    hasObjects(context)
      ? overSeeds('learned', context.config.seeds, learnedArm(context.config, context.data.tasks), [
          objectsByClustering,
        ])
      : [],
  ],
  async show(context, results): Promise<Artefacts> {
    const specs = objectRuns(context);
    const found = specs.flatMap((spec) => results.measured(spec, objectsByClustering) ?? []);
    return {
      lead: leadOf(context),
      tables: [{ name: 'figure3', table: tableOf(context, found) }],
      figures: [],
      grids: await gridsOf(results, specs, objectsByClustering),
      verdicts: [verdictOf(found)],
    };
  },
};

function leadOf(context: SceneContext): string {
  if (!hasObjects(context))
    return `${context.data.name} has no objects, so there is nothing to find.`;
  return `Each pixel of a class with objects votes for the centre of its object; clusters of votes are objects. Network with learned weights for ${context.data.tasks.join(', ')}, as in Table 1. Pictures: first seed, frames spread evenly over the validation split, not chosen by result.`;
}

function tableOf(context: SceneContext, found: readonly ObjectsByClustering[]): Table {
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
      'AP: official matching, smallest object 100 px at 1024×2048 scaled by the area; objects of fewer votes than the least object has are never found. All true objects are counted under “objects per frame”, small ones too.',
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
  const judged = judgeDifference(runs, 0.1, 'points of AP');
  return {
    ...{ ...claim, ...judged },
    evidence: `AP of OPTICS minus connected components: ${judged.evidence}`,
  };
}
