import { compare, ENOUGH_SEEDS, notRun, type Claim, type Verdict } from '@scene-mtl/lab';
import { primaryQuantities } from '../../../scenes/quantities.ts';
import type { Context } from './arms.ts';
import type { Found } from './findings.ts';

const source = 'Ruder 2017, sections 2 and 8';

/** Verdicts on the statements that the table bears on. */
export function verdictsOf(context: Context, found: readonly Found[]): Verdict[] {
  if (context.data.tasks.length < 2) return [];
  return [learnedBeatHard(context, found), hardIsCheapest(found), lowerLayersMore(found)];
}

/** Change of a degree of sharing that training made, at least. */
const LEARNED = 0.01;

/** Architectures whose sharing training has changed. */
const learnedIn = (found: readonly Found[]): readonly Found[] =>
  found.filter(({ degrees }) =>
    degrees.some((of) => of.some(({ start, degree }) => Math.abs(degree - start) > LEARNED)),
  );

const named = (found: readonly Found[]): string =>
  found.map(({ name }) => name).join(', ') || 'none';

/**
 * One that is better than hard sharing in a quantity and worse in none counts for the claim. Of so many comparisons
 * some are found by chance, so 5 % are shared out among all of them.
 */
function learnedBeatHard(context: Context, found: readonly Found[]): Verdict {
  const claim: Claim = {
    claim: 'Networks that learn what to share generally outperform hard sharing',
    source,
  };
  const [hard, ...others] = found;
  const learned = learnedIn(others);
  const quantities = primaryQuantities(context.data.tasks);
  const made = learned.map((one) => ({
    ...{
      one,
      outcomes: compare(
        one.arm.runs,
        hard.arm.runs,
        quantities,
        learned.length * quantities.length,
      ),
    },
  }));
  const seeds = Math.min(...made.flatMap(({ outcomes }) => outcomes.map(({ n }) => n)));
  if (!Number.isFinite(seeds)) return notRun(claim);
  const have = (wanted: string) =>
    made.filter(({ outcomes }) => outcomes.some(({ outcome }) => outcome === wanted));
  const [worse, open] = [have('worse'), have('open')];
  const better = have('better').filter((one) => !worse.includes(one));
  const possible = open.filter((one) => !worse.includes(one) && !better.includes(one));
  const half = made.length / 2;
  return {
    ...claim,
    judgement:
      seeds < ENOUGH_SEEDS
        ? 'cannot tell'
        : better.length > half
          ? 'reproduced'
          : better.length + possible.length > half
            ? 'cannot tell'
            : 'not reproduced',
    evidence: [
      `${better.length} of ${made.length} better in some task and worse in none with equal steps (t intervals over ${seeds} seed${seeds === 1 ? '' : 's'}, 95 % for all comparisons together)`,
      `better: ${named(better.map(({ one }) => one))}`,
      `worse in some task: ${named(worse.map(({ one }) => one))}`,
      `open: ${named(possible.map(({ one }) => one))}`,
    ].join('; '),
  };
}

function hardIsCheapest(found: readonly Found[]): Verdict {
  const claim: Claim = { claim: 'Hard sharing costs the least where it is used', source };
  const [hard, ...others] = found;
  const costed = others.filter(({ cost }) => cost !== undefined);
  if (!hard.cost || costed.length === 0) return notRun(claim);
  const least = hard.cost.parameters;
  // Rounds differ by some percent on an idle machine.
  const cheaper = costed.filter(
    ({ cost }) => cost!.parameters < least || cost!.milliseconds < 0.95 * cost!.hard,
  );
  const times = costed.map(({ cost }) => cost!.milliseconds / cost!.hard).sort((a, b) => a - b);
  return {
    ...claim,
    judgement: cheaper.length === 0 ? 'reproduced' : 'not reproduced',
    evidence: `the ${costed.length} others take ${times[0].toFixed(2)} to ${times.at(-1)!.toFixed(2)} times as long an image; smaller or faster: ${named(cheaper)}`,
  };
}

/** Of the last stage against the first, the mean over seeds. */
function lowerLayersMore(found: readonly Found[]): Verdict {
  const claim: Claim = {
    claim: 'Networks that learn what to share, share lower layers more than higher ones',
    source: 'Ruder 2017, sections 5 and 8; Misra et al. 2016',
  };
  const learned = learnedIn(found);
  const seeds = Math.min(...learned.map(({ degrees }) => degrees.length));
  if (learned.length === 0) return notRun(claim);
  const changes = learned.map((one) => {
    const falls = one.degrees.map((of) => of[0].degree - of[of.length - 1].degree);
    return { one, fall: falls.reduce((sum, fall) => sum + fall, 0) / falls.length };
  });
  const down = changes.filter(({ fall }) => fall > LEARNED).map(({ one }) => one);
  const up = changes.filter(({ fall }) => fall < -LEARNED).map(({ one }) => one);
  return {
    ...claim,
    judgement:
      seeds < ENOUGH_SEEDS
        ? 'cannot tell'
        : down.length > learned.length / 2
          ? 'reproduced'
          : up.length > learned.length / 2
            ? 'not reproduced'
            : 'cannot tell',
    evidence: `of ${learned.length} whose sharing training has changed, ${down.length} share the first stage more than the last (${named(down)}), ${up.length} less (${named(up)}); mean over ${seeds} seed${seeds === 1 ? '' : 's'}`,
  };
}
