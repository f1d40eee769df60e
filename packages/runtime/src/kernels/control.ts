import { onnxType } from '../lowering/lowering.ts';
import { lowerRegion } from '../lowering/region.ts';
import type { TraceValue } from '../capture/value.ts';
import { Graph } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/** Loops and conditions of graph models whose course depends on an input. No TensorFlow.js op calls these by name. */

const infer = (): never => {
  throw new Error('it is recorded with its regions');
};

const specs = (outputs: readonly TraceValue[]) =>
  outputs.map(({ shape, dtype }) => ({ shape, type: onnxType(dtype) }));

/** A predicate, then what the branches read; each branch takes all of that. */
const condition: Kernel = {
  name: 'Condition',
  lowering: 'If, with a graph for each branch',
  infer,
  lower: (ctx, { inputs, outputs, regions = [] }) => {
    const [predicate, ...values] = Object.values(inputs);
    const given = values.map((value) => ctx.plain(value));
    const [yes, no] = regions.map((region) => {
      const graph = new Graph(ctx.graph);
      for (const ref of lowerRegion(ctx, graph, region, given)) graph.result(ref);
      return graph;
    });
    const refs = ctx.graph.around('If', [ctx.plain(predicate)], specs(outputs), {
      then_branch: yes,
      else_branch: no,
    });
    outputs.forEach((output, i) => ctx.define(output, 'plain', refs[i]));
  },
};

/**
 * Whether there is a first turn, the values that it starts from, then what turns read besides. A turn gives whether there
 * is another one, and the values that it starts from.
 */
const loop: Kernel = {
  name: 'Loop',
  lowering: 'Loop, with a graph for a turn',
  infer,
  lower: (ctx, { inputs, outputs, regions: [region] = [] }) => {
    const [first, ...values] = Object.values(inputs).map((value) => ctx.plain(value));
    const changing = outputs.length;
    const graph = new Graph(ctx.graph);
    graph.parameter([], 'int64');
    graph.parameter([], 'bool');
    const turn = values.slice(0, changing).map(({ shape, type }) => graph.parameter(shape, type));
    const given = [...turn, ...values.slice(changing)];
    for (const ref of lowerRegion(ctx, graph, region, given)) graph.result(ref);
    const starts = [undefined, first, ...values.slice(0, changing)];
    const refs = ctx.graph.around('Loop', starts, specs(outputs), { body: graph });
    outputs.forEach((output, i) => ctx.define(output, 'plain', refs[i]));
  },
};

defineKernels(condition, loop);
