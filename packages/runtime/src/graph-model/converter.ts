import type * as tf from '@tensorflow/tfjs';

/**
 * What of TensorFlow.js' converter (4.22) a graph model in a step needs. It exports none of it: a model holds its executor
 * as a private field.
 */

/** A node of a graph model as the converter reads it. Control inputs are among its inputs. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly category?: string;
  readonly inputNames: readonly string[];
  readonly inputs: readonly GraphNode[];
  readonly children: readonly GraphNode[];
  readonly attrParams: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly rawAttrs?: Readonly<Record<string, { readonly i?: number | string } | undefined>>;
}

/** What runs a graph model, or a function of one. */
export interface Executor {
  readonly graph: { readonly nodes: Readonly<Record<string, GraphNode>> };
  readonly weightMap: Readonly<Record<string, readonly tf.Tensor[]>>;
  readonly functionExecutorMap: Readonly<Record<string, Executor>>;
  readonly inputs: readonly { readonly name: string }[];
  readonly outputNodes: readonly string[];
  execute(inputs: tf.NamedTensorMap, outputs: readonly string[]): (tf.Tensor | undefined)[];
  compile(): unknown;
  mapInputs(inputs: tf.NamedTensorMap): tf.NamedTensorMap;
  checkInputs(inputs: tf.NamedTensorMap): void;
  checkInputShapeAndType(inputs: tf.NamedTensorMap): void;
  mapOutputs(outputs: readonly string[]): string[];
  checkOutputs(outputs: readonly string[]): void;
}

/** A name as inputs and outputs are given: `node`, `node:1` or `node:output:1`. */
export function parseName(name: string): readonly [node: string, output: number] {
  const [node, ...rest] = name.split(':');
  return [node, rest.length === 0 ? 0 : Number(rest.at(-1))];
}

/** What an attribute of a node is, as the converter names it. */
export const attribute = (node: GraphNode, name: string): unknown => node.attrParams[name]?.value;

/** The inputs of a node that are tensors for sure: of a Merge those before its control inputs. */
export const dataInputs = (node: GraphNode): readonly string[] =>
  node.inputNames.slice(0, Number(node.rawAttrs?.['N']?.i ?? node.inputNames.length));

/** How many outputs of a node others read. */
function outputsOf(node: GraphNode, asked: number): number {
  const read = node.children.flatMap((child) =>
    child.inputNames.map(parseName).map(([name, i]) => (name === node.name ? i : 0)),
  );
  return Math.max(asked, ...read) + 1;
}

interface Single {
  readonly executor: Executor;
  readonly sources: readonly GraphNode[];
  readonly outputs: readonly string[];
}

/** An executor of a graph of one node, by the class of the model's own. */
function single(model: Executor, node: GraphNode, asked: number): Single {
  const sources = node.inputs.map((input, i) => ({
    name: `${node.name}/input${i}`,
    // The converter leaves a NoOp out of a list of tensors.
    op: input.op === 'NoOp' ? 'NoOp' : 'Placeholder',
    inputNames: [],
    inputs: [],
    children: [],
    attrParams: {},
  }));
  const alone = { ...node, inputs: sources, inputNames: sources.map((s) => s.name), children: [] };
  const nodes = Object.fromEntries([...sources, alone].map((one) => [one.name, one]));
  const Made = (model as object).constructor as new (graph: object) => Executor;
  const executor = new Made({ nodes, inputs: sources, outputs: [alone], weights: [] });
  executor.compile = () => ({ orderedNodes: [alone], nodeLiveUntilMap: new Map() });
  const outputs = Array.from({ length: outputsOf(node, asked) }, (_, i) => `${node.name}:${i}`);
  return { executor, sources, outputs };
}

const singles = new WeakMap<GraphNode, Single>();

/**
 * Runs one node that is no control flow, as the converter does.
 * @param inputs in the order of the node's own
 * @param asked the last output that somebody outside the graph asks for
 */
export function runNode(
  model: Executor,
  node: GraphNode,
  inputs: readonly tf.Tensor[],
  asked = 0,
): (tf.Tensor | undefined)[] {
  let one = singles.get(node);
  if (!one || one.outputs.length <= asked) {
    one = single(model, node, asked);
    singles.set(node, one);
  }
  const { executor, sources, outputs } = one;
  const named = Object.fromEntries(sources.map(({ name }, i) => [name, inputs[i]]));
  return executor.execute(named, outputs);
}
