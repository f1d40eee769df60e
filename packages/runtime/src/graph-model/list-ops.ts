import * as tf from '@tensorflow/tfjs';
import { numbersOf } from '../kernels/known.ts';
import { attribute, type GraphNode } from './converter.ts';
import { ListValue, type ElementShape } from './list.ts';
import type { OpenValue } from './open.ts';
import { CONSTANT, refused } from './refuse.ts';

/** The ops of graph models that make, read and write lists of tensors: TensorLists and TensorArrays. */

/** What flows between the nodes of a graph model; undefined: nothing, in the branch that is not taken. */
export type Value = tf.Tensor | ListValue | OpenValue | undefined;

type ListOp = (node: GraphNode, inputs: readonly Value[]) => readonly Value[];

/** An input that is a tensor. */
export function tensorIn(node: GraphNode, value: Value, i: number): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  if (value && !(value instanceof ListValue)) {
    throw refused(
      node,
      `how large input ${i} is depends on an input of the step; fill it up to one size in the model`,
    );
  }
  throw refused(node, `expected a tensor as input ${i}, got ${value ? 'a list' : 'nothing'}`);
}

function listIn(node: GraphNode, value: Value, i: number): ListValue {
  if (value instanceof ListValue) return value;
  throw refused(node, `expected a list as input ${i}, got ${value ? 'a tensor' : 'nothing'}`);
}

function numbersIn(node: GraphNode, value: Value, i: number): number[] {
  const numbers = numbersOf(tensorIn(node, value, i));
  if (numbers) return Array.from(numbers);
  throw refused(node, `input ${i} depends on an input of the step; ${CONSTANT}`);
}

/** A place in a list, or the tensor that it is known by only when the step runs. */
function placeIn(node: GraphNode, value: Value, i: number): number | tf.Tensor {
  const tensor = tensorIn(node, value, i);
  return numbersOf(tensor)?.[0] ?? tensor;
}

/** The shape of elements as an input states it: a list, or −1 for any. */
function shapeIn(node: GraphNode, value: Value, i: number): ElementShape {
  const tensor = tensorIn(node, value, i);
  return tensor.rank === 0 ? undefined : numbersIn(node, tensor, i);
}

const typeOf = (node: GraphNode, name: string): tf.DataType => attribute(node, name) as tf.DataType;

/** Elements at known places of a list, as rows of a tensor. */
const gathered = (node: GraphNode, list: ListValue, indices: Value, i: number): tf.Tensor =>
  numbersOf(tensorIn(node, indices, i))
    ? tf.stack(numbersIn(node, indices, i).map((k) => list.at(k)))
    : tf.gather(list.rows(), tensorIn(node, indices, i));

/** A list of the rows of a tensor at known places. */
function scattered(list: ListValue, places: readonly number[], rows: tf.Tensor): ListValue {
  return tf.unstack(rows).reduce((made, row, k) => made.put(places[k], row), list);
}

/** Parts of a tensor, of some lengths along its first axis. */
const parts = (x: tf.Tensor, lengths: readonly number[]): tf.Tensor[] =>
  tf.split(x, [...lengths], 0);

const joined = (list: ListValue): tf.Tensor => tf.concat(list.elements(), 0);

const reserved: ListOp = (node, [shape, length]) => [
  ListValue.empty(
    typeOf(node, 'elementDType'),
    shapeIn(node, shape, 0),
    node.op === 'EmptyTensorList' ? 0 : numbersIn(node, length, 1)[0],
  ),
];

const scatter: ListOp = (node, [rows, indices, shape, length]) => {
  const x = tensorIn(node, rows, 0);
  const places = numbersIn(node, indices, 1);
  const most = length === undefined ? -1 : numbersIn(node, length, 3)[0];
  const stated = shapeIn(node, shape, 2);
  const size = most >= 0 ? most : Math.max(-1, ...places) + 1;
  return [scattered(ListValue.empty(x.dtype, stated, size), places, x)];
};

const concat: ListOp = (node, [list]) => [joined(listIn(node, list, 0))];

/** Each op by its name. A TensorArray's state is the value of its flow; its handle states the type alone. */
export const listOps: Readonly<Record<string, ListOp>> = {
  TensorListReserve: reserved,
  EmptyTensorList: reserved,
  TensorListFromTensor: (node, [rows, shape]) => {
    const x = tensorIn(node, rows, 0);
    return [new ListValue(x.dtype, shapeIn(node, shape, 1), x)];
  },
  TensorListStack: (node, [list]) => [listIn(node, list, 0).rows()],
  TensorListGetItem: (node, [list, i]) => [listIn(node, list, 0).at(placeIn(node, i, 1))],
  TensorListSetItem: (node, [list, i, x]) => [
    listIn(node, list, 0).put(placeIn(node, i, 1), tensorIn(node, x, 2)),
  ],
  TensorListPushBack: (node, [given, x]) => {
    const list = listIn(node, given, 0);
    return [list.put(list.length, tensorIn(node, x, 1))];
  },
  TensorListPopBack: (node, [given]) => {
    const all = listIn(node, given, 0).elements();
    return [listIn(node, given, 0).with(all.slice(0, -1)), all.at(-1)];
  },
  TensorListGather: (node, [list, indices]) => [gathered(node, listIn(node, list, 0), indices, 1)],
  TensorListScatter: scatter,
  TensorListScatterV2: scatter,
  TensorListConcat: concat,
  TensorListConcatV2: concat,
  TensorListSplit: (node, [x, shape, lengths]) => {
    const all = parts(tensorIn(node, x, 0), numbersIn(node, lengths, 2));
    return [new ListValue(all[0].dtype, shapeIn(node, shape, 1), all)];
  },
  TensorListLength: (node, [list]) => [tf.scalar(listIn(node, list, 0).length, 'int32')],
  TensorListResize: (node, [given, length]) => {
    const list = listIn(node, given, 0);
    const all = list.elements();
    return [list.with(Array.from({ length: numbersIn(node, length, 1)[0] }, (_, k) => all[k]))];
  },
  TensorArrayV3: (node, [length]) => {
    const stated = attribute(node, 'elementShape') as ElementShape;
    // The converter reads a shape that is not stated as that of a scalar.
    const shape = stated?.length ? stated : undefined;
    const list = ListValue.empty(typeOf(node, 'dtype'), shape, numbersIn(node, length, 0)[0]);
    return [list, list];
  },
  TensorArrayWriteV3: (node, [, i, x, flow]) => [
    listIn(node, flow, 3).put(placeIn(node, i, 1), tensorIn(node, x, 2)),
  ],
  TensorArrayReadV3: (node, [, i, flow]) => [listIn(node, flow, 2).at(placeIn(node, i, 1))],
  TensorArrayGatherV3: (node, [, indices, flow]) => [
    gathered(node, listIn(node, flow, 2), indices, 1),
  ],
  TensorArrayScatterV3: (node, [, indices, rows, flow]) => [
    scattered(listIn(node, flow, 3), numbersIn(node, indices, 1), tensorIn(node, rows, 2)),
  ],
  TensorArrayConcatV3: (node, [, flow]) => [joined(listIn(node, flow, 1))],
  TensorArraySplitV3: (node, [, x, lengths, flow]) => [
    listIn(node, flow, 3).with(parts(tensorIn(node, x, 1), numbersIn(node, lengths, 2))),
  ],
  TensorArraySizeV3: (node, [, flow]) => [tf.scalar(listIn(node, flow, 1).length, 'int32')],
  TensorArrayCloseV3: (_, [handle]) => [handle],
};
