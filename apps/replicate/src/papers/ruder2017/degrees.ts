import { pathChart, type Table } from '@scene-mtl/eval';
import {
  ENOUGH_SEEDS,
  measuredCell,
  notRun,
  type Claim,
  type Figure,
  type NamedTable,
  type Verdict,
} from '@scene-mtl/lab';
import type { StageSharing } from '@scene-mtl/core';

/** How much the tasks have in common of each stage, before and after training, first stage first. */
export type StageDegrees = {
  readonly stage: string;
  readonly start: number;
  readonly degree: number;
  readonly values: { readonly [name: string]: number };
}[];

const rounded = (value: number): number => Number(value.toPrecision(5));

/** Degrees as a measurement keeps them. */
export const stageDegrees = (
  start: readonly StageSharing[],
  end: readonly StageSharing[],
): StageDegrees =>
  end.map(({ stage, degree, values }, s) => ({
    ...{ stage, start: rounded(start[s].degree), degree: rounded(degree) },
    values: Object.fromEntries(Object.entries(values).map(([k, v]) => [k, rounded(v)])),
  }));

/** Degrees of an architecture, by seed. */
export interface Degreed {
  readonly name: string;
  readonly degrees: readonly StageDegrees[];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much of each stage is shared in the end, and what that was measured by. */
export function degreeTables(found: readonly Degreed[], prefix: string): NamedTable[] {
  const made = found.filter(({ degrees }) => degrees.length > 0);
  if (made.length === 0) return [];
  const stages = made[0].degrees[0].map(({ stage }) => stage);
  const degrees: Table = {
    title: 'How much of each stage is shared',
    corner: 'Architecture',
    columns: stages.map((name) => ({ name, decimals: 2 })),
    rows: made.map((one) => ({
      header: one.name,
      cells: stages.map((_, s) => measuredCell(one.degrees.map((of) => of[s].degree))),
    })),
    notes: [
      '0: each task has the stage for itself; 1: all have one. What is measured differs between architectures: see docs/sharing.md.',
    ],
  };
  const rows = made.flatMap(({ name, degrees: [first] }) => {
    const all = new Set(first.flatMap(({ values }) => Object.keys(values)));
    return [...all].map((value) => ({
      header: `${name}: ${value}`,
      cells: stages.map((_, s) => ({ value: first[s].values[value] ?? null })),
    }));
  });
  const values: Table = {
    title: 'What sharing was measured by, stage by stage',
    corner: 'Value',
    columns: stages.map((name) => ({ name, decimals: 3 })),
    rows,
    notes: ['Of the first seed, by the weights after the last step.'],
  };
  return [
    { name: `${prefix}-degrees`, table: degrees },
    ...(rows.length > 0 ? [{ name: `${prefix}-values`, table: values }] : []),
  ];
}

/** How much each stage is shared, by depth: a small chart an architecture, a line a seed. */
export function degreeFigures(found: readonly Degreed[], name: string): Figure[] {
  const made = found.filter(({ degrees }) => degrees.some((of) => of.length > 1));
  if (made.length === 0) return [];
  const stages = made[0].degrees[0].map(({ stage }) => stage);
  return [
    {
      name,
      spec: pathChart({
        title: 'How much of each stage is shared',
        x: { label: 'stage' },
        y: { label: 'degree of sharing' },
        front: [],
        window: { x: [0.8, stages.length + 0.2], y: [-0.05, 1.05] },
        panels: made.map((one) => ({
          name: one.name,
          paths: one.degrees.map((of) => of.map(({ degree }, s) => ({ x: s + 1, y: degree }))),
        })),
      }),
      caption: `Degree of sharing of the stages ${stages.join(', ')} after training: 0, each task has it for itself; 1, all have one. A line a seed, a dot at the first stage. What is measured differs between architectures: docs/sharing.md.`,
      description: `Small charts, one an architecture, of the degree of sharing over depth: ${made
        .map((one) => `${one.name} ${one.degrees[0].map((s) => s.degree.toFixed(2)).join(' ')}`)
        .join('; ')}.`,
    },
  ];
}

/** Change of a degree of sharing that training made, at least. */
const LEARNED = 0.01;

/** Architectures whose sharing training has changed. */
export const learnedIn = <D extends Degreed>(found: readonly D[]): readonly D[] =>
  found.filter(({ degrees }) =>
    degrees.some((of) => of.some(({ start, degree }) => Math.abs(degree - start) > LEARNED)),
  );

/** Names, or none. */
export const listed = (found: readonly Pick<Degreed, 'name'>[]): string =>
  found.map(({ name }) => name).join(', ') || 'none';

/** Of the last stage against the first, the mean over seeds. */
export function lowerLayersMore(found: readonly Degreed[]): Verdict {
  const claim: Claim = {
    claim: 'Networks that learn what to share, share lower layers more than higher ones',
    source: 'Ruder 2017, sections 5 and 8; Misra et al. 2016',
  };
  const learned = learnedIn(found);
  if (learned.length === 0) return notRun(claim);
  const seeds = Math.min(...learned.map(({ degrees }) => degrees.length));
  const falls = learned.map((one) => ({
    one,
    fall: mean(one.degrees.map((of) => of[0].degree - of[of.length - 1].degree)),
  }));
  const down = falls.filter(({ fall }) => fall > LEARNED).map(({ one }) => one);
  const up = falls.filter(({ fall }) => fall < -LEARNED).map(({ one }) => one);
  const half = learned.length / 2;
  const settled =
    down.length > half ? 'reproduced' : up.length > half ? 'not reproduced' : 'cannot tell';
  return {
    ...claim,
    judgement: seeds < ENOUGH_SEEDS ? 'cannot tell' : settled,
    evidence: `of ${learned.length} whose sharing training has changed, ${down.length} share the first stage more than the last (${listed(down)}), ${up.length} less (${listed(up)}); mean over ${seeds} seed${seeds === 1 ? '' : 's'}`,
  };
}
