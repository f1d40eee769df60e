import { formatNumber, pairedPermutationTest, settle, type Settled } from '@scene-mtl/eval';
import { ENOUGH_SEEDS, type Judgement, notRun, type Verdict } from '@scene-mtl/lab';
import type { SceneContext } from '../../../scenes/kind.ts';
import { confusedPairs, iouOf, matricesOf, rarityCorrelation, roadPair } from './classes.ts';
import type { CorrelationRow } from './correlation.ts';
import { type Failures, rareClasses } from './failures.ts';
import { type Difference, differenceOf, extentNames, matchedDifference } from './object-groups.ts';
import { momentsIn } from './objects.ts';

/** From this r on, a correlation is read as high (Cohen 1988: large). */
export const HIGH = 0.5;

const source = 'Figure 9';
const seedsText = (n: number): string => `${n} seed${n === 1 ? '' : 's'}`;
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const range = (values: readonly number[], digits = 2): string =>
  values.length === 1
    ? formatNumber(values[0], digits)
    : `${formatNumber(mean(values), digits)} (${formatNumber(Math.min(...values), digits)} to ${formatNumber(Math.max(...values), digits)})`;

/**
 * One judgement of statements about single runs: only where all runs agree.
 * @param least fewest runs; one where each statement rests on an interval within its run
 */
function agreed(holds: readonly (boolean | undefined)[], least = 1): Judgement {
  if (holds.length < least) return 'cannot tell';
  if (holds.every((h) => h === true)) return 'reproduced';
  return holds.every((h) => h === false) ? 'not reproduced' : 'cannot tell';
}

/** Not run without runs; else what it is that they have not. */
const unknown = (claim: string, runs: number, evidence: string): Verdict =>
  runs === 0 ? notRun({ claim, source }) : { claim, source, judgement: 'not measurable', evidence };

/** What figure 9 claims, against what was measured. */
export function figure9Verdicts(
  context: SceneContext,
  pairs: readonly CorrelationRow[],
  found: readonly Failures[],
): Verdict[] {
  return [
    highCorrelation(pairs),
    fromSharing(pairs),
    roadAndFootpath(context, found),
    rareClassesFail(context, found),
    largeObjects(found),
    occludedObjects(found),
    {
      ...{ claim: 'Reflections confuse the network.', source, judgement: 'not measurable' },
      evidence: 'The annotations do not mark reflections, so nothing is measured.',
    },
  ];
}

const noneVary = 'One of the errors of every pair does not vary, so there is no correlation.';

function highCorrelation(pairs: readonly CorrelationRow[]): Verdict {
  const claim = 'Errors are highly correlated between the outputs.';
  const all = pairs.flatMap((pair) => pair.seeds).filter(({ shared }) => shared);
  const seeds = [...new Set(all.map(({ seed }) => seed))];
  if (seeds.length === 0) {
    return unknown(claim, measuredSeeds(pairs, ['shared']).length, noneVary);
  }
  const holds = seeds.map((seed) => {
    const of = all.flatMap((s) => (s.seed === seed && s.shared ? [s.shared] : []));
    // The claim is of all outputs: one pair that is surely below refutes it.
    if (of.some(({ high }) => high < HIGH)) return false;
    return of.length === pairs.length && of.every(({ low }) => low >= HIGH) ? true : undefined;
  });
  const parts = pairs.map(({ name, seeds: each }) => {
    const of = each.flatMap((s) => s.shared ?? []);
    if (of.length === 0) return `${name} has no r, as one of its errors does not vary`;
    const pixels = each.flatMap((s) => s.pixels ?? []);
    const low = formatNumber(Math.min(...of.map((c) => c.low)), 2);
    const high = formatNumber(Math.max(...of.map((c) => c.high)), 2);
    return `${name} r = ${range(of.map(({ r }) => r))}, interval ${low} to ${high}${pixels.length > 0 ? `, pixels ${range(pixels)}` : ''}`;
  });
  return {
    ...{ claim, source, judgement: agreed(holds) },
    evidence: `Over blocks: ${parts.join('; ')}. High is read as r ≥ ${HIGH}; intervals (95 %) over frames, a statement about each run; ${seedsText(seeds.length)}.`,
  };
}

/** Seeds of which these networks were measured for every pair. */
const measuredSeeds = (
  pairs: readonly CorrelationRow[],
  which: readonly ('shared' | 'separate')[],
): number[] =>
  (pairs[0]?.seeds ?? [])
    .map(({ seed }) => seed)
    .filter((_, i) => pairs.every(({ seeds }) => which.every((w) => seeds[i].measured?.[w])));

function fromSharing(rows: readonly CorrelationRow[]): Verdict {
  const claim = 'That errors go together comes from the features that the outputs share.';
  const made = measuredSeeds(rows, ['shared', 'separate']);
  // A pair has no r where an error does not vary.
  const pairs = rows.filter(({ seeds }) => seeds.some((s) => s.shared && s.separate));
  const complete = (pairs.length === 0 ? [] : made).flatMap((seed) => {
    const of = pairs.map((p) => p.seeds.find((s) => s.seed === seed));
    const [shared, separate] = [of.map((s) => s?.shared?.r), of.map((s) => s?.separate?.r)];
    const all = [...shared, ...separate];
    if (all.some((r) => r === undefined)) return [];
    const each = shared.map((r, i) => (r as number) - (separate[i] as number));
    return [{ shared: mean(shared as number[]), separate: mean(separate as number[]), each }];
  });
  if (complete.length === 0) return unknown(claim, made.length, noneVary);
  const [a, b] = [complete.map((c) => c.shared), complete.map((c) => c.separate)];
  const settled = settle(
    a.map((v, i) => v - b[i]),
    SMALLEST_R,
  );
  const { interval, outcome, seedsToSettle } = settled;
  const [low, high] = interval;
  const { difference, p, smallestP } = pairedPermutationTest(a, b);
  const byPair = pairs.map(({ name }, k) => `${name} ${range(complete.map((c) => c.each[k]))}`);
  const judgement = complete.length < ENOUGH_SEEDS ? 'cannot tell' : judgements[outcome];
  const settles =
    judgement === 'cannot tell' && seedsToSettle !== undefined
      ? `; about ${seedsToSettle} seeds would tell it from 0 or from ${SMALLEST_R}`
      : '';
  return {
    ...{ claim, source, judgement, p: judgement === 'cannot tell' ? 1 : settled.p },
    evidence: `Mean r over pairs and blocks: shared network ${range(a)}, networks trained apart ${range(b)}; difference ${formatNumber(difference, 2)}, interval ${formatNumber(low, 2)} to ${formatNumber(high, 2)}${settles}, p = ${p.toFixed(2)} (least possible ${smallestP.toFixed(2)}); by pair ${byPair.join(', ')}; ${seedsText(complete.length)}. What networks trained apart have in common lies in the images. This control is not in the paper.`,
  };
}

/** The smallest difference of correlations that would matter. */
const SMALLEST_R = 0.05;

const judgements: Readonly<Record<Settled['outcome'], Judgement>> = {
  above: 'reproduced',
  below: 'not reproduced',
  within: 'no difference larger than δ',
  open: 'cannot tell',
};

const noClasses = 'The network predicts no classes.';

function roadAndFootpath({ data }: SceneContext, found: readonly Failures[]): Verdict {
  const claim = 'Road and footpath are commonly confused.';
  const pair = roadPair(data.classes);
  const matrices = matricesOf(found);
  if (!pair) return unknown(claim, found.length, 'The data lacks one of the two classes.');
  if (matrices.length === 0) return unknown(claim, found.length, noClasses);
  const places = matrices.map((matrix) => {
    const pairs = confusedPairs(matrix);
    const at = pairs.findIndex(({ classes }) => classes[0] === pair[0] && classes[1] === pair[1]);
    return { place: at + 1, share: pairs[at].share };
  });
  return {
    ...{
      claim,
      source,
      judgement: agreed(
        places.map(({ place }) => place <= 3),
        ENOUGH_SEEDS,
      ),
    },
    evidence: `${range(
      places.map(({ share }) => share),
      1,
    )} % of all wrong pixels, place ${places.map(({ place }) => place).join(', ')} among the pairs of classes. Common is read as one of the first three with each of ${ENOUGH_SEEDS} seeds or more; ${seedsText(matrices.length)}.`,
  };
}

function rareClassesFail({ data }: SceneContext, found: readonly Failures[]): Verdict {
  const claim = 'Rare classes such as bus, fence and motorbike fail.';
  const matrices = matricesOf(found);
  if (matrices.length === 0) return unknown(claim, found.length, noClasses);
  const rho = matrices.map(rarityCorrelation);
  const named = rareClasses.flatMap((name) => {
    const c = data.classes.findIndex((other) => other.toLowerCase() === name);
    const ious = c < 0 ? [] : matrices.map((m) => iouOf(m, c)).filter(Number.isFinite);
    return ious.length === 0 ? [] : [`${name} ${range(ious, 1)} %`];
  });
  const all = matrices.map((m) => mean(m.map((_, c) => iouOf(m, c)).filter(Number.isFinite)));
  const holds = rho.map((r) => (r >= HIGH ? true : r <= 0 ? false : undefined));
  return {
    ...{ claim, source, judgement: agreed(holds, ENOUGH_SEEDS) },
    evidence: `Rank correlation of a class’s IoU with its share of pixels ${range(rho)}${named.length > 0 ? `; IoU of ${named.join(', ')} against a mean of ${range(all, 1)} %` : ''}. Read as true from ${HIGH} on with each of ${ENOUGH_SEEDS} seeds or more; ${seedsText(matrices.length)}.`,
  };
}

const show = ({ value, low, high }: Difference): string =>
  `${formatNumber(100 * value, 1)} (${formatNumber(100 * low, 1)} to ${formatNumber(100 * high, 1)})`;

/** True where an error is surely larger, false where surely smaller. */
const larger = ({ low, high }: Difference): boolean | undefined =>
  low > 0 ? true : high < 0 ? false : undefined;

function largeObjects(found: readonly Failures[]): Verdict {
  const claim = 'Objects too large for the receptive field fail.';
  const last = extentNames.length - 1;
  const differences = (error: 'vector' | 'wrong') =>
    found.flatMap(
      (f) =>
        differenceOf(
          momentsIn(f, error, { extent: last }),
          momentsIn(f, error, { extent: last - 1 }),
        ) ?? [],
    );
  const [vector, wrong] = [differences('vector'), differences('wrong')];
  if (vector.length === 0) return unknown(claim, found.length, 'Too few large objects.');
  const judged = wrong.length > 0 ? wrong : vector;
  return {
    ...{ claim, source, judgement: agreed(judged.map(larger)) },
    evidence: `Objects of half the image’s height and more against those of a quarter to half, in percentage points with 95 % intervals over objects, by seed: ${wrong.length > 0 ? `pixels of a wrong class ${wrong.map(show).join(', ')}; ` : ''}vector error relative to the object’s side ${vector.map(show).join(', ')}. Judged by ${wrong.length > 0 ? 'the classes' : 'the vectors'}; ${seedsText(judged.length)}. The network pools over the whole image, so its nominal receptive field has no end.`,
  };
}

function occludedObjects(found: readonly Failures[]): Verdict {
  const claim = 'Occluded objects fail.';
  const differences = found.flatMap(
    (f) =>
      matchedDifference(
        extentNames.map((_, extent) => [
          momentsIn(f, 'vector', { extent, occluded: true }),
          momentsIn(f, 'vector', { extent, occluded: false }),
        ]),
      ) ?? [],
  );
  if (differences.length === 0) return unknown(claim, found.length, 'Too few occluded objects.');
  const n = momentsIn(found[0], 'vector', { occluded: true })[0];
  return {
    ...{ claim, source, judgement: agreed(differences.map(larger)) },
    evidence: `Vector error relative to the object’s side, objects visible in pieces against whole ones of like size, in percentage points with 95 % intervals over objects, by seed: ${differences.map(show).join(', ')}; ${n} objects in pieces; ${seedsText(differences.length)}.`,
  };
}
