import { attention, ATTENTION } from './attention.ts';
import { augmentation, AUGMENTATION } from './augmentation.ts';
import { eavesdropping, EAVESDROPPING } from './eavesdropping.ts';
import type { Mechanism } from './mechanism.ts';
import { regularisation, REGULARISATION } from './regularisation.ts';
import { representation, REPRESENTATION } from './representation.ts';
import { tide, TIDE } from './tide.ts';

/** By the number in a run's `data.mechanism`. */
const numbers: Readonly<Record<number, Mechanism>> = {
  [AUGMENTATION]: augmentation,
  [ATTENTION]: attention,
  [EAVESDROPPING]: eavesdropping,
  [REPRESENTATION]: representation,
  [REGULARISATION]: regularisation,
  [TIDE]: tide,
};

/** Why multi-task learning works, in the order of Ruder 2017, section 4. */
export const mechanisms: readonly Mechanism[] = Object.values(numbers);

/** @throws for a number that is none */
export function mechanismOf(data: Readonly<Record<string, number>>): Mechanism {
  const found = numbers[data['mechanism']];
  if (found) return found;
  const known = Object.keys(numbers).join(', ');
  throw new Error(`why: data.mechanism: expected one of ${known}, got ${data['mechanism']}`);
}
