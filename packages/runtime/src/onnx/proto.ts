import protobuf from 'protobufjs/minimal.js';
import type { Body } from './body.ts';
import type { Attribute } from './attribute.ts';
import type { Graph, OnnxNode, Ref } from './graph.ts';
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

const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
} as const;

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

function node(
  w: Writer,
  { name, op, domain, inputs, outputs, attributes, bodies }: OnnxNode,
): void {
  for (const input of inputs) text(w, 1, input?.name ?? '');
  for (const output of outputs) text(w, 2, output.name);
  text(w, 3, name);
  text(w, 4, op);
  for (const [key, value] of Object.entries(attributes)) {
    message(w, 5, (a) => attribute(a, key, value));
  }
  for (const [key, body] of Object.entries(bodies ?? {})) {
    message(w, 5, (a) => {
      text(a, 1, key);
      message(a, 6, (g) => graphOf(g, key, body));
      integer(a, 20, attributeType.graph);
    });
  }
  if (domain) text(w, 7, domain);
}

/** Nodes, inputs and outputs of a graph; constants come between by `constants`. */
function graphOf(
  w: Writer,
  name: string,
  { nodes, inputs, outputs }: Body,
  constants: () => void = () => {},
): void {
  for (const one of nodes) message(w, 1, (n) => node(n, one));
  text(w, 2, name);
  constants();
  for (const ref of inputs) message(w, 11, (v) => valueInfo(v, ref));
  for (const ref of outputs) message(w, 12, (v) => valueInfo(v, ref));
}

/** Domains of nodes, and of those inside them. */
function* domainsOf(nodes: readonly OnnxNode[]): Generator<string> {
  for (const { domain, bodies } of nodes) {
    if (domain !== '') yield domain;
    for (const body of Object.values(bodies ?? {})) yield* domainsOf(body.nodes);
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
    const { inputs, outputs } = graph;
    graphOf(g, 'step', { nodes, inputs, outputs }, () => {
      for (const { ref, data } of initialisers) {
        const outside = external?.get(ref.name);
        message(g, 5, (t) => tensor(t, ref.name, ref.shape, ref.type, data, outside));
      }
    });
  });
  const domains = new Set(domainsOf(nodes));
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
