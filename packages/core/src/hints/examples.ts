import * as tf from '@tensorflow/tfjs';
import { arrayOf, type Hint, type Read } from './hint.ts';

/** Name of the array that holds what the function is at an input. */
export const VALUE = 'value';

/**
 * Examples as a hint, `e = (h(x) − value)²` (Abu-Mostafa's hint 0). Of an extra head, whose value can be computed of
 * any input, it is a catalytic hint: a function that f is made of, learned beside it and not used afterwards
 * (Suddarth's rule-injection hints, in Caruana 1997, section 6).
 * @param shape of the output without the batch's
 */
export const examples = ({
  read,
  shape,
}: {
  readonly read: Read;
  readonly shape: readonly number[];
}): Hint => ({
  arrays: { [VALUE]: shape },
  error: (says, batch) =>
    tf.squaredDifference(read(says(batch)), arrayOf('examples', batch, VALUE)),
});
