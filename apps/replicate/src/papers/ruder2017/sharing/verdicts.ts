import { notRun, type Claim, type Verdict } from '@scene-mtl/lab';
import { primaryQuantities } from '../../../scenes/quantities.ts';
import { listed, lowerLayersMore } from '../degrees.ts';
import { learnedOutperform } from '../outperforms.ts';
import type { Context } from './arms.ts';
import type { Found } from './findings.ts';

const source = 'Ruder 2017, section 3';

/** Verdicts on the statements that the table bears on. */
export function verdictsOf(context: Context, found: readonly Found[]): Verdict[] {
  if (context.data.tasks.length < 2) return [];
  return [
    learnedOutperform(found, primaryQuantities(context.data.tasks)),
    hardIsCheapest(found),
    lowerLayersMore(found),
  ];
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
    evidence: `the ${costed.length} others take ${times[0].toFixed(2)} to ${times.at(-1)!.toFixed(2)} times as long an image; smaller or faster: ${listed(cheaper)}`,
  };
}
