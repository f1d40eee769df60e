import protobuf from 'protobufjs/minimal.js';
import type { Attribute, Graph, OnnxNode, Ref } from './graph.ts';
import type { Opset } from './opset.ts';

/**
 * Encodes a graph as an ONNX `ModelProto`. Field numbers are those of onnx.proto (ONNX 1.19,
 * IR version 10); only the messages that our graphs need are written.
 */

const { Writer } = protobuf;
type Writer = protobuf.Writer;

/** ONNX opset that every lowering targets. */
export const OPSET = 21;

/** Version of the file format that came with each opset. */
const irVersions: Readonly<Record<Opset, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10 };

const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** `TensorProto.DataType` of the element types in use. */
export const dataType = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/** Element types that a file may hold. */
export type FileType = keyof typeof dataType;

/** Element types that a lowered graph may hold. */
export type OnnxType = Exclude<FileType, 'float16'>;

/** Numbers of a file in a file of their own: its name, and a piece of it. */
interface External {
  readonly location: string;
  readonly offset: number;
}

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
  type: FileType,
  data: ArrayBufferView,
  external?: External,
): void {
  for (const d of dims) integer(w, 1, d);
  integer(w, 2, dataType[type]);
  text(w, 8, name);
  if (!external) {
    w.uint32(tag(9, 2)).bytes(bytesOf(data));
    return;
  }
  const { location, offset } = external;
  for (const [key, value] of Object.entries({ location, offset, length: data.byteLength })) {
    message(w, 13, (entry) => {
      text(entry, 1, key);
      text(entry, 2, String(value));
    });
  }
  integer(w, 14, 1);
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
        for (const d of ref.dims ?? ref.shape) {
          message(shape, 1, (dim) =>
            typeof d === 'number' ? integer(dim, 1, d) : text(dim, 2, d),
          );
        }
      });
    });
  const sequenceType = (type: Writer) => message(type, 4, (of) => message(of, 1, tensorType));
  message(w, 2, ref.sequence ? sequenceType : tensorType);
}

/** What a file is made of: a graph, whose constants may be of half precision. */
export interface FileModel extends Pick<Graph, 'inputs' | 'outputs'> {
  live(): {
    readonly nodes: readonly OnnxNode[];
    readonly initialisers: readonly {
      readonly ref: Pick<Ref, 'name' | 'shape'> & { readonly type: FileType };
      readonly data: ArrayBufferView;
    }[];
  };
}

/** How a model is written. */
export interface Encoding {
  /** Written as `metadata_props`, readable by every ONNX tool. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Default: the one that lowering targets. */
  readonly opset?: Opset;
  /** Constants that lie outside, by their names. */
  readonly external?: ReadonlyMap<string, External>;
}

/** @param graph lowered graph; nodes that no output needs are left out */
export function encodeModel(
  graph: FileModel,
  { metadata = {}, opset = OPSET, external }: Encoding = {},
): Uint8Array {
  const { nodes, initialisers } = graph.live();
  const w = Writer.create();
  integer(w, 1, irVersions[opset]);
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
      const outside = external?.get(ref.name);
      message(g, 5, (t) => tensor(t, ref.name, ref.shape, ref.type, data, outside));
    }
    for (const ref of graph.inputs) message(g, 11, (v) => valueInfo(v, ref));
    for (const ref of graph.outputs) message(g, 12, (v) => valueInfo(v, ref));
  });
  const domains = new Set(nodes.map((node) => node.domain).filter((d) => d !== ''));
  message(w, 8, (o) => {
    text(o, 1, '');
    integer(o, 2, opset);
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
