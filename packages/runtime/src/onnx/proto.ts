import protobuf from 'protobufjs/minimal.js';
import type { Attribute, Graph, Ref } from './graph.ts';

/**
 * Encodes a graph as an ONNX `ModelProto`. Field numbers are those of onnx.proto (ONNX 1.19,
 * IR version 10); only the messages that our graphs need are written.
 */

const { Writer } = protobuf;
type Writer = protobuf.Writer;

/** ONNX opset that every lowering targets. */
export const OPSET = 21;
const IR_VERSION = 10;

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** `TensorProto.DataType` of the element types in use. */
export const dataType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;

/** Element types that a lowered graph may hold. */
export type OnnxType = keyof typeof dataType;

const tag = (field: number, wire: number) => (field << 3) | wire;

function message(writer: Writer, field: number, body: (w: Writer) => void): void {
  body(writer.uint32(tag(field, 2)).fork());
  writer.ldelim();
}

function text(writer: Writer, field: number, value: string): void {
  writer.uint32(tag(field, 2)).string(value);
}

function integer(writer: Writer, field: number, value: number): void {
  writer.uint32(tag(field, 0)).int64(value);
}

const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function tensor(
  w: Writer,
  name: string,
  dims: readonly number[],
  type: OnnxType,
  data: ArrayBufferView,
): void {
  for (const d of dims) integer(w, 1, d);
  integer(w, 2, dataType[type]);
  text(w, 8, name);
  w.uint32(tag(9, 2)).bytes(bytesOf(data));
}

function attribute(w: Writer, name: string, value: Attribute): void {
  text(w, 1, name);
  if (typeof value === 'string') {
    w.uint32(tag(4, 2)).string(value);
    integer(w, 20, attributeType.string);
  } else if (typeof value === 'number') {
    integer(w, 3, value);
    integer(w, 20, attributeType.int);
  } else if ('float' in value) {
    w.uint32(tag(2, 5)).float(value.float);
    integer(w, 20, attributeType.float);
  } else if ('floats' in value) {
    for (const f of value.floats) w.uint32(tag(7, 5)).float(f);
    integer(w, 20, attributeType.floats);
  } else {
    for (const i of value) integer(w, 8, i);
    integer(w, 20, attributeType.ints);
  }
}

function valueInfo(w: Writer, ref: Ref): void {
  text(w, 1, ref.name);
  const tensorType = (type: Writer) =>
    message(type, 1, (t) => {
      integer(t, 1, dataType[ref.type]);
      message(t, 2, (shape) => {
        for (const d of ref.shape) message(shape, 1, (dim) => integer(dim, 1, d));
      });
    });
  const sequenceType = (type: Writer) => message(type, 4, (of) => message(of, 1, tensorType));
  message(w, 2, ref.sequence ? sequenceType : tensorType);
}

/**
 * @param graph lowered graph; nodes that no output needs are left out
 * @param metadata written as `metadata_props`, readable by every ONNX tool
 */
export function encodeModel(
  graph: Pick<Graph, 'inputs' | 'outputs' | 'live'>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const { nodes, initialisers } = graph.live();
  const w = Writer.create();
  integer(w, 1, IR_VERSION);
  text(w, 2, 'scene-mtl');
  message(w, 7, (g) => {
    for (const node of nodes) {
      message(g, 1, (n) => {
        for (const input of node.inputs) text(n, 1, input?.name ?? '');
        for (const output of node.outputs) text(n, 2, output.name);
        text(n, 3, node.name);
        text(n, 4, node.op);
        for (const [key, value] of Object.entries(node.attributes)) {
          message(n, 5, (a) => attribute(a, key, value));
        }
        if (node.domain) text(n, 7, node.domain);
      });
    }
    text(g, 2, 'step');
    for (const { ref, data } of initialisers) {
      message(g, 5, (t) => tensor(t, ref.name, ref.shape, ref.type, data));
    }
    for (const ref of graph.inputs) message(g, 11, (v) => valueInfo(v, ref));
    for (const ref of graph.outputs) message(g, 12, (v) => valueInfo(v, ref));
  });
  const domains = new Set(nodes.map((node) => node.domain).filter((d) => d !== ''));
  message(w, 8, (o) => {
    text(o, 1, '');
    integer(o, 2, OPSET);
  });
  for (const domain of domains) {
    message(w, 8, (o) => {
      text(o, 1, domain);
      integer(o, 2, 1);
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(w, 14, (m) => {
      text(m, 1, key);
      text(m, 2, value);
    });
  }
  return w.finish();
}
