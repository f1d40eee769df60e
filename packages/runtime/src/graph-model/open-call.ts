import * as tf from '@tensorflow/tfjs';
import type { CaptureBackend } from '../capture/backend.ts';
import { recordNode } from '../capture/record-region.ts';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import { numbersOf } from '../kernels/known.ts';
import type { OpenAttributes } from '../kernels/open.ts';
import type { GraphNode } from './converter.ts';
import type { Value } from './list-ops.ts';
import {
  integersOf,
  OpenValue,
  recordedValue,
  recordOpen,
  sizesOf,
  type OpenResult,
} from './open.ts';
import { CONSTANT, refused } from './refuse.ts';
import { shapeOf, type Size } from './sizes.ts';

type Given = tf.Tensor | OpenValue;

/** How an op is recorded besides its name. */
type More = Omit<OpenAttributes, 'op'>;

/** A node of a graph model with its inputs, of which some are as large as a run says: records what becomes of them. */
export class OpenCall {
  readonly node: GraphNode;
  readonly backend: CaptureBackend;
  readonly #inputs: readonly Value[];

  constructor(node: GraphNode, backend: CaptureBackend, inputs: readonly Value[]) {
    this.node = node;
    this.backend = backend;
    this.#inputs = inputs;
  }

  given(i: number): Given {
    const x = this.#inputs[i];
    if (x instanceof tf.Tensor || x instanceof OpenValue) return x;
    throw refused(this.node, `expected a tensor as input ${i}, got a list`);
  }

  /** How many inputs it has. */
  get count(): number {
    return this.#inputs.length;
  }

  value(i: number): TraceValue {
    return recordedValue(this.backend, this.given(i));
  }

  sizes(i: number): readonly Size[] {
    return sizesOf(this.given(i));
  }

  dtype(i: number): CapturedType {
    return this.value(i).dtype;
  }

  /** An input of integers that say a size. */
  integers(i: number): readonly Size[] {
    const x = this.given(i);
    if (x instanceof tf.Tensor) return integersOf(this.backend, x);
    throw refused(this.node, `how many sizes input ${i} states is known only in the run`);
  }

  /** The numbers of an input that must be known. */
  known(i: number): number[] {
    const x = this.given(i);
    const numbers = x instanceof tf.Tensor ? numbersOf(x) : undefined;
    if (numbers) return Array.from(numbers);
    throw refused(this.node, `input ${i} depends on an input of the step; ${CONSTANT}`);
  }

  /** An axis that an input states, from 0 on. */
  axis(i: number, rank: number): number {
    const [axis] = this.known(i);
    return axis < 0 ? axis + rank : axis;
  }

  /** Records an ONNX op on the way to the result. */
  step(op: string, inputs: readonly TraceValue[], result: OpenResult, more: More = {}): TraceValue {
    const shapes = [{ shape: shapeOf(result.sizes), dtype: result.dtype }];
    return recordNode(this.backend, { kernel: 'Open', inputs, attrs: { op, ...more } }, shapes)[0];
  }

  /** Records the ONNX op that gives the results. */
  end(
    op: string,
    inputs: readonly TraceValue[],
    results: readonly OpenResult[],
    more: More = {},
  ): Given[] {
    return recordOpen(this.backend, { op, ...more }, inputs, results);
  }
}
