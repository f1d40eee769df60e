import type * as tf from '@tensorflow/tfjs';
import { freeze } from '../capture/freeze.ts';
import type { Trace } from '../capture/value.ts';
import { lower } from '../lowering/lower.ts';
import { inBodies, readsOf } from '../onnx/body.ts';
import type { Graph, OnnxNode, Ref } from '../onnx/graph.ts';
import { forOpset, type Opset } from '../onnx/opset.ts';
import type { FileModel } from '../onnx/proto.ts';

type Model = Pick<Graph, 'inputs' | 'outputs' | 'live'>;

/** Transpose of the last two axes. */
function transposed(x: Ref, nodes: OnnxNode[]): Ref {
  const rank = x.shape.length;
  const perm = x.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  const name = `${x.name}/transposed`;
  const output = { name, shape: perm.map((p) => x.shape[p]), type: x.type };
  if (!nodes.some((node) => node.name === name)) {
    const attributes = { perm };
    nodes.push({ name, op: 'Transpose', domain: '', inputs: [x], outputs: [output], attributes });
  }
  return output;
}

/** ONNX Runtime's fused products in terms of the standard. Other extensions are an error. */
function standardNodes(nodes: readonly OnnxNode[]): OnnxNode[] {
  const result: OnnxNode[] = [];
  for (const whole of nodes) {
    const node = inBodies(whole, (body) => ({ ...body, nodes: standardNodes(body.nodes) }));
    if (node.domain === '') {
      result.push(node);
      continue;
    }
    const { transA, transB, ...rest } = node.attributes;
    if (node.op !== 'FusedMatMul' || Object.keys(rest).length > 0) {
      throw new Error(
        `save: ${node.name} is ${node.domain}.${node.op}, which is not in the ONNX standard; ` +
          'this step cannot be saved',
      );
    }
    const [a, b] = node.inputs as [Ref, Ref];
    const inputs = [transA ? transposed(a, result) : a, transB ? transposed(b, result) : b];
    result.push({ ...node, op: 'MatMul', domain: '', inputs, attributes: {} });
  }
  return result;
}

/** The graph with values renamed; a name in use for another value gets a prefix. */
function renamed(graph: Model, names: ReadonlyMap<string, string>, opset: Opset): FileModel {
  const taken = new Set(names.values());
  const name = (ref: Ref): Ref => {
    const own = names.get(ref.name) ?? (taken.has(ref.name) ? `value:${ref.name}` : ref.name);
    return { ...ref, name: own };
  };
  const { nodes, initialisers } = graph.live();
  const literals = new Map(initialisers.map(({ ref, data }) => [ref.name, data]));
  const standard = forOpset(standardNodes(nodes), opset, (ref) => literals.get(ref.name));
  // Axes that became attributes are read by nothing now.
  const read = new Set(standard.flatMap((node) => Array.from(readsOf(node), (ref) => ref.name)));
  const named = (node: OnnxNode): OnnxNode =>
    inBodies(
      {
        ...node,
        inputs: node.inputs.map((ref) => ref && name(ref)),
        outputs: node.outputs.map(name),
      },
      (body) => ({
        inputs: body.inputs.map(name),
        outputs: body.outputs.map(name),
        nodes: body.nodes.map(named),
      }),
    );
  return {
    inputs: graph.inputs.map(name),
    outputs: graph.outputs.map(name),
    live: () => ({
      nodes: standard.map(named),
      initialisers: initialisers
        .filter(({ ref }) => read.has(ref.name))
        .map(({ ref, data }) => ({ ref: name(ref), data })),
    }),
  };
}

/**
 * A captured step as a standalone ONNX model: standard operators, variables as constants, inputs and outputs by
 * their own names, row-major as TensorFlow.js has them. What the step assigns to variables is left out.
 * @throws when an output bears the name of an input, or an operator is not in the standard or the opset
 */
export function standaloneModel(
  trace: Trace,
  variables: ReadonlyMap<tf.Variable, tf.backend_util.TypedArray>,
  opset: Opset,
): FileModel {
  for (const name of Object.keys(trace.outputs)) {
    if (!Object.hasOwn(trace.inputs, name)) continue;
    throw new Error(
      `save: output '${name}' bears the name of an input, and in a file each name is one value; return it from ` +
        'the step by another name',
    );
  }
  const { graph, outputs } = lower(freeze(trace, variables), { block: 0 });
  const names = new Map<string, string>();
  for (const input of graph.inputs) names.set(input.name, input.name.replace(/^in:/, ''));
  for (const [name, ref] of Object.entries(outputs)) names.set(ref.name, name);
  return renamed(graph, names, opset);
}
