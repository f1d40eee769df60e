import { bootstrapInterval, pairedPermutationTest } from '@scene-mtl/eval';
import type { ItemContext, Judgement, Verdict } from '../experiment/item.ts';
import { rareClasses, type Failures } from '../measure/failures.ts';
import { differenceOf, matchedDifference, type Difference } from '../measure/object-groups.ts';
import { extentNames } from '../measure/object-groups.ts';
import {
  confusedPairs,
  iouOf,
  matricesOf,
  rarityCorrelation,
  roadPair,
} from './figure9-classes.ts';
import type { CorrelationRow } from './figure9-correlation.ts';
import { momentsIn } from './figure9-objects.ts';

/** From this r on, a correlation is read as high (Cohen 1988: large). */
export const HIGH = 0.5;

const source = 'Figure 9';
const seedsText = (n: number): string => `${n} seed${n === 1 ? '' : 's'}`;
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const range = (values: readonly number[], digits = 2): string =>
  values.length === 1
    ? values[0].toFixed(digits)
    : `${mean(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;

/** One judgement of statements about single runs: only where all runs agree. */
function agreed(holds: readonly (boolean | undefined)[]): Judgement {
  if (holds.length > 0 && holds.every((h) => h === true)) return 'reproduced';
  if (holds.length > 0 && holds.every((h) => h === false)) return 'not reproduced';
  return 'cannot tell';
}

const unknown = (claim: string, evidence = 'Not run.'): Verdict => ({
  ...{ claim, source, evidence },
  judgement: 'cannot tell',
});

/** What figure 9 claims, against what was measured. */
export function figure9Verdicts(
  context: ItemContext,
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
    unknown(
      'Reflections confuse the network.',
      'The annotations do not mark reflections, so nothing is measured.',
    ),
  ];
}

function highCorrelation(pairs: readonly CorrelationRow[]): Verdict {
  const claim = 'Errors are highly correlated between the outputs.';
  const n = Math.min(...pairs.map(({ seeds }) => seeds.filter((s) => s.shared).length));
  if (pairs.length === 0 || n === 0) return unknown(claim);
  const seeds = pairs[0].seeds.filter((s) => s.shared).map(({ seed }) => seed);
  const holds = seeds.map((seed) => {
    const of = pairs.flatMap((p) => p.seeds.find((s) => s.seed === seed)?.shared ?? []);
    if (of.every(({ low }) => low >= HIGH)) return true;
    // The claim is of all outputs: one pair that is surely below refutes it.
    return of.some(({ high }) => high < HIGH) ? false : undefined;
  });
  const parts = pairs.map(({ name, seeds: all }) => {
    const of = all.flatMap((s) => s.shared ?? []);
    const pixels = all.flatMap((s) => s.pixels ?? []);
    const low = Math.min(...of.map((c) => c.low)).toFixed(2);
    const high = Math.max(...of.map((c) => c.high)).toFixed(2);
    return `${name} r = ${range(of.map(({ r }) => r))}, interval ${low} to ${high}${pixels.length > 0 ? `, pixels ${range(pixels)}` : ''}`;
  });
  return {
    ...{ claim, source, judgement: agreed(holds) },
    evidence: `Over blocks: ${parts.join('; ')}. High is read as r ≥ ${HIGH}; intervals (95 %) over frames, a statement about each run; ${seedsText(n)}.`,
  };
}

function fromSharing(pairs: readonly CorrelationRow[]): Verdict {
  const claim = 'That errors go together comes from the features that the outputs share.';
  const complete = (pairs[0]?.seeds ?? []).flatMap(({ seed }) => {
    const of = pairs.map((p) => p.seeds.find((s) => s.seed === seed));
    const [shared, separate] = [of.map((s) => s?.shared?.r), of.map((s) => s?.separate?.r)];
    const all = [...shared, ...separate];
    if (all.some((r) => r === undefined)) return [];
    return [{ shared: mean(shared as number[]), separate: mean(separate as number[]) }];
  });
  if (complete.length === 0) return unknown(claim);
  const [a, b] = [complete.map((c) => c.shared), complete.map((c) => c.separate)];
  const [low, high] = bootstrapInterval(a.map((v, i) => v - b[i]));
  const { difference, p, smallestP } = pairedPermutationTest(a, b);
  // Two seeds agree by chance half of the time.
  const enough = complete.length >= 3;
  const judgement: Judgement =
    enough && low > 0 ? 'reproduced' : enough && high < 0 ? 'not reproduced' : 'cannot tell';
  return {
    ...{ claim, source, judgement },
    evidence: `Mean r over pairs and blocks: shared network ${range(a)}, networks trained apart ${range(b)}; difference ${difference.toFixed(2)}, interval ${low.toFixed(2)} to ${high.toFixed(2)}, p = ${p.toFixed(2)} (least possible ${smallestP.toFixed(2)}); ${seedsText(complete.length)}. What networks trained apart have in common lies in the images. This control is not in the paper.`,
  };
}

function roadAndFootpath({ data }: ItemContext, found: readonly Failures[]): Verdict {
  const claim = 'Road and footpath are commonly confused.';
  const pair = roadPair(data.classes);
  const matrices = matricesOf(found);
  if (!pair) return unknown(claim, 'The data lacks one of the two classes.');
  if (matrices.length === 0) return unknown(claim);
  const places = matrices.map((matrix) => {
    const pairs = confusedPairs(matrix);
    const at = pairs.findIndex(({ classes }) => classes[0] === pair[0] && classes[1] === pair[1]);
    return { place: at + 1, share: pairs[at].share };
  });
  return {
    ...{ claim, source, judgement: agreed(places.map(({ place }) => place <= 3)) },
    evidence: `${range(
      places.map(({ share }) => share),
      1,
    )} % of all wrong pixels, place ${places.map(({ place }) => place).join(', ')} among the pairs of classes. Common is read as one of the first three; a statement about each run; ${seedsText(matrices.length)}.`,
  };
}

function rareClassesFail({ data }: ItemContext, found: readonly Failures[]): Verdict {
  const claim = 'Rare classes such as bus, fence and motorbike fail.';
  const matrices = matricesOf(found);
  if (matrices.length === 0) return unknown(claim);
  const rho = matrices.map(rarityCorrelation);
  const named = rareClasses.flatMap((name) => {
    const c = data.classes.findIndex((other) => other.toLowerCase() === name);
    const ious = c < 0 ? [] : matrices.map((m) => iouOf(m, c)).filter(Number.isFinite);
    return ious.length === 0 ? [] : [`${name} ${range(ious, 1)} %`];
  });
  const all = matrices.map((m) => mean(m.map((_, c) => iouOf(m, c)).filter(Number.isFinite)));
  const holds = rho.map((r) => (r >= HIGH ? true : r <= 0 ? false : undefined));
  return {
    ...{ claim, source, judgement: agreed(holds) },
    evidence: `Rank correlation of a class’s IoU with its share of pixels ${range(rho)}${named.length > 0 ? `; IoU of ${named.join(', ')} against a mean of ${range(all, 1)} %` : ''}. Read as true from ${HIGH} on; a statement about each run; ${seedsText(matrices.length)}.`,
  };
}

const show = ({ value, low, high }: Difference): string =>
  `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

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
  if (vector.length === 0)
    return unknown(claim, found.length > 0 ? 'Too few large objects.' : undefined);
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
  if (differences.length === 0) {
    return unknown(claim, found.length > 0 ? 'Too few occluded objects.' : undefined);
  }
  const n = momentsIn(found[0], 'vector', { occluded: true })[0];
  return {
    ...{ claim, source, judgement: agreed(differences.map(larger)) },
    evidence: `Vector error relative to the object’s side, objects visible in pieces against whole ones of like size, in percentage points with 95 % intervals over objects, by seed: ${differences.map(show).join(', ')}; ${n} objects in pieces; ${seedsText(differences.length)}.`,
  };
}
