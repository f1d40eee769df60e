import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';

/** Rows of a value in another order, on all threads. */

/** Which row comes to each place. */
export interface RowOrder {
  /** All that it follows from, as a text: in one graph, orders of the same text are computed once. */
  readonly key: string;
  readonly length: number;
  /** Writes the number of the row that comes to each place. */
  readonly fill: (rows: Int32Array) => void;
}

/** An order of runs of rows that stay together. */
interface Runs {
  readonly run: number;
  /** Which run comes to each place; undefined where every one stays. */
  readonly picked: Ref | undefined;
}

/** The layers of a network share few shapes, so that most orders recur. */
const known = new WeakMap<Graph, Map<string, Runs>>();

/** Row numbers of three nested loops, the last one innermost. */
export function tileOrder(
  key: string,
  [p, q, r]: readonly number[],
  row: (i: number, j: number, k: number) => number,
): RowOrder {
  const fill = (rows: Int32Array) => {
    let at = 0;
    for (let i = 0; i < p; i++)
      for (let j = 0; j < q; j++) for (let k = 0; k < r; k++) rows[at++] = row(i, j, k);
  };
  return { key: `${key} ${p},${q},${r}`, length: p * q * r, fill };
}

/** The rows of `length` numbers of a value in another order. Rows that stay together are copied together. */
export function gatherRows(g: Graph, x: Ref, length: number, order: RowOrder): Ref {
  const count = sizeOf(x.shape) / length;
  const { run, picked } = runsOf(g, order, count);
  const shape = [order.length, length];
  if (!picked) return g.reshape(x, shape);
  const wide = length * run;
  const rows = g.reshape(x, [count / run, wide]);
  const gathered = g.op('Gather', [rows, picked], [order.length / run, wide], { axis: 0 });
  return g.reshape(gathered, shape);
}

function runsOf(g: Graph, order: RowOrder, count: number): Runs {
  const made = known.get(g) ?? new Map<string, Runs>();
  known.set(g, made);
  const key = `${order.key} ${order.length} of ${count}`;
  const before = made.get(key);
  if (before) return before;
  let rows: Int32Array = new Int32Array(order.length);
  order.fill(rows);
  let run = 1;
  for (let more = runIn(rows, count); more > 1; more = runIn(rows, count / run)) {
    rows = coarse(rows, more);
    run *= more;
  }
  const stays = rows.length === count / run && rows.every((from, to) => from === to);
  const picked = stays ? undefined : g.constant(rows, [rows.length], 'int32');
  const runs = { run, picked };
  made.set(key, runs);
  return runs;
}

/** How many rows stay together at least, of 16, 8, 4 and 2; else 1. */
function runIn(rows: Int32Array, count: number): number {
  return rows.length > 0 ? ([16, 8, 4, 2].find((run) => together(rows, count, run)) ?? 1) : 1;
}

function together(rows: Int32Array, count: number, run: number): boolean {
  if (count % run !== 0 || rows.length % run !== 0) return false;
  for (let to = 0; to < rows.length; to++) {
    const fits = to % run === 0 ? rows[to] % run === 0 : rows[to] === rows[to - 1] + 1;
    if (!fits) return false;
  }
  return true;
}

function coarse(rows: Int32Array, run: number): Int32Array {
  const first = new Int32Array(rows.length / run);
  for (let i = 0; i < first.length; i++) first[i] = rows[i * run] / run;
  return first;
}
