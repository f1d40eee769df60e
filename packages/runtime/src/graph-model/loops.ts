import * as tf from '@tensorflow/tfjs';
import { forgetting, recordRegion, recordRegions } from '../capture/record-region.ts';
import { numbersOf } from '../kernels/known.ts';
import type { GraphNode } from './converter.ts';
import { ListValue } from './list.ts';
import { tensorIn, type Value } from './list-ops.ts';
import { checkSame, flat, recorder, recorderOf, truth, unflat } from './record.ts';

/** What a loop computes in one turn; each part when it is asked for. */
export interface Turn {
  /** Whether the turn takes place. */
  condition(): Value;
  /** What the next turn starts from. */
  next(): readonly Value[];
}

/** A loop of either kind. */
export interface Loop {
  readonly node: GraphNode;
  readonly initial: readonly Value[];
  /** Which of the values are handed on as they are. */
  readonly unchanged: readonly boolean[];
  turn(values: readonly Value[]): Turn;
}

/** From as many turns on a loop whose course is known is recorded as one, in place of its turns one by one. */
const MANY = 256;

/** A value of few numbers that are known as a constant, so that what follows need not be computed from the start. */
function settled(value: Value): Value {
  if (!(value instanceof tf.Tensor) || value.size > 16 || !recorder()) return value;
  const numbers = numbersOf(value);
  return numbers ? tf.tensor(numbers, value.shape, value.dtype) : value;
}

/**
 * Runs a loop. While it is known whether another turn follows, the turns are computed one by one, as ordinary ops; once that
 * depends on an input of the step, the rest is recorded as a loop.
 */
export function runLoop(loop: Loop): readonly Value[] {
  let values = loop.initial;
  for (let turns = 0; ; turns++) {
    const turn = loop.turn(values);
    const numbers = numbersOf(tensorIn(loop.node, turn.condition(), 0));
    if (!numbers) return recorded(loop, values);
    if (!numbers[0]) return values;
    if (turns === MANY && recorder() && !tf.engine().isTapeOn())
      return recorded(loop, loop.initial);
    const next = turn.next();
    values = next.map((value, i) => (loop.unchanged[i] ? loop.initial[i] : settled(value)));
  }
}

/** The values, and lists with the shape that their elements get in a turn. */
function shaped(loop: Loop, values: readonly Value[]): Value[] {
  const open = (value: Value) =>
    value instanceof ListValue && !value.shape?.every((size) => size >= 0);
  if (!values.some(open)) return [...values];
  const next = forgetting(recorderOf(loop.node), () => loop.turn(values).next());
  return values.map((value, i) => {
    const after = next[i];
    if (!(value instanceof ListValue) || !(after instanceof ListValue) || !open(value))
      return value;
    return ListValue.empty(value.dtype, after.shape, value.length);
  });
}

function recorded(loop: Loop, given: readonly Value[]): readonly Value[] {
  const { node, unchanged } = loop;
  const backend = recorderOf(node);
  const start = shaped(loop, given);
  const changing = start.flatMap((_, i) => (unchanged[i] ? [] : [i]));
  const first = truth(tensorIn(node, loop.turn(start).condition(), 0));
  const initial = changing.map((i) => flat(node, start[i]));
  const { region, captured } = recordRegion(backend, (parameterLike) => {
    const turn = [...start];
    const parameters = initial.map(parameterLike);
    changing.forEach((i, k) => (turn[i] = unflat(start[i], parameters[k])));
    const after = loop.turn(turn).next();
    const results = changing.map((i) => flat(node, after[i]));
    results.forEach((x, k) =>
      checkSame(node, `what it hands on as number ${changing[k]}`, initial[k], x),
    );
    const next = [...start];
    changing.forEach((i) => (next[i] = after[i]));
    return [truth(tensorIn(node, loop.turn(next).condition(), 0)), ...results];
  });
  const inputs = [first, ...initial].map((x) => backend.shaped(x));
  const outputs = recordRegions(
    backend,
    'Loop',
    [...inputs, ...captured],
    [region],
    inputs.slice(1),
  );
  const results = [...start];
  changing.forEach((i, k) => (results[i] = unflat(start[i], outputs[k])));
  return results;
}
