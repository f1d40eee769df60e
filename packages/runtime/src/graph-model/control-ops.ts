import { numbersOf } from '../kernels/known.ts';
import { runBranches } from './branches.ts';
import { attribute, type Executor, type GraphNode } from './converter.ts';
import { dynamicOps } from './dynamic-ops.ts';
import { frameOf } from './frames.ts';
import { listOps, tensorIn, type Value } from './list-ops.ts';
import { runLoop } from './loops.ts';
import { choiceOf, meetingOf, source } from './predicates.ts';
import { refused } from './refuse.ts';
import type { Scope } from './scope.ts';

/** The ops that decide what a graph model computes next. */

type ControlOp = (scope: Scope, node: GraphNode, inputs: readonly Value[]) => readonly Value[];

/** A function of the model that an attribute names. */
function functionOf(scope: Scope, node: GraphNode, name: string): Executor {
  const called = scope.executor.functionExecutorMap[attribute(node, name) as string];
  if (called) return called;
  throw refused(node, `the model has no function '${String(attribute(node, name))}'`);
}

function call(scope: Scope, executor: Executor, args: readonly Value[]): readonly Value[] {
  const inner = scope.ofFunction(executor);
  executor.inputs.forEach(({ name }, i) => inner.set(name, [args[i]]));
  return executor.outputNodes.map((name) => inner.get(name));
}

const branches: ControlOp = (scope, node, [predicate, ...args]) => {
  const [yes, no] = ['thenBranch', 'elseBranch'].map((name) => functionOf(scope, node, name));
  return runBranches(
    node,
    tensorIn(node, predicate, 0),
    args,
    (own) => call(scope, yes, own),
    (own) => call(scope, no, own),
  );
};

const loop: ControlOp = (scope, node, args) => {
  const condition = functionOf(scope, node, 'cond');
  const body = functionOf(scope, node, 'body');
  if (body.outputNodes.length !== args.length) {
    const given = body.outputNodes.length;
    throw refused(node, `expected ${args.length} values of its body, got ${given}`);
  }
  return runLoop({
    node,
    initial: args,
    unchanged: body.outputNodes.map(
      (name, i) => source(body.graph.nodes, name) === `${body.inputs[i].name}:0`,
    ),
    turn: (values) => ({
      condition: () => call(scope, condition, values)[0],
      next: () => call(scope, body, values),
    }),
  });
};

/** Each op by its name, on the values of its inputs. */
export const controlOps: Readonly<Record<string, ControlOp>> = {
  If: branches,
  StatelessIf: branches,
  While: loop,
  StatelessWhile: loop,
  Enter: (_, __, [x]) => [x],
  NextIteration: (_, __, [x]) => [x],
  LoopCond: (_, __, [x]) => [x],
  /** One whose value goes on without a Merge. */
  Switch: (_, node, [x, predicate]) => {
    if (predicate === undefined) return [];
    const numbers = numbersOf(tensorIn(node, predicate, 1));
    if (!numbers) throw refused(node, 'what it passes on never meets the other branch in a Merge');
    return numbers[0] ? [undefined, x] : [x, undefined];
  },
  ...Object.fromEntries(
    Object.entries({ ...listOps, ...dynamicOps }).map(([name, op]): [string, ControlOp] => [
      name,
      (_, node, inputs) => (inputs[0] === undefined ? [] : op(node, inputs)),
    ]),
  ),
};

/** What a group of nodes waits for, and how it is computed from that. */
export interface Group {
  readonly waits: readonly string[];
  compute(inputs: readonly Value[]): ReadonlyMap<string, readonly Value[]>;
}

/** All exits of the loop that one belongs to. */
export function loopOf(scope: Scope, exit: GraphNode): Group {
  const frame = frameOf(exit, Object.values(scope.nodes));
  const { variables, exits, inside } = frame;
  return {
    waits: variables.map(({ enter }) => enter.inputNames[0]),
    compute: (initial) => {
      const results = runLoop({
        node: exit,
        initial,
        unchanged: variables.map(({ next, switches }) => {
          const from = source(scope.nodes, next.inputNames[0]);
          return switches.some(({ name }) => from === `${name}:1`);
        }),
        turn: (values) => {
          const turn = scope.inside(inside);
          variables.forEach(({ merge, switches }, i) => {
            turn.set(merge.name, [values[i]]);
            for (const { name } of switches) turn.set(name, [undefined, values[i]]);
          });
          return {
            condition: () => turn.get(frame.condition),
            next: () => variables.map(({ next }) => turn.get(next.inputNames[0])),
          };
        },
      });
      return new Map(Array.from(exits, ([name, i]) => [name, [results[i]]]));
    },
  };
}

/** All merges of the condition that one belongs to. */
export function conditionOf(scope: Scope, merge: GraphNode): Group {
  const { nodes, wanted } = scope;
  const { predicate } = choiceOf(nodes, merge);
  const { switches, merges, inside } = meetingOf(nodes, merge, wanted);
  return {
    waits: [predicate, ...switches.map((node) => node.inputNames[0])],
    compute: ([decides, ...given]) => {
      // In a branch that is not taken itself.
      if (decides === undefined) return new Map(merges.map(({ name }) => [name, []]));
      const side = (yes: boolean) => (args: readonly Value[]) => {
        const branch = scope.inside(inside);
        switches.forEach(({ name }, i) =>
          branch.set(name, yes ? [undefined, args[i]] : [args[i], undefined]),
        );
        return merges.map((one) => branch.get(choiceOf(nodes, one)[yes ? 'yes' : 'no']));
      };
      const x = tensorIn(merge, decides, 0);
      const results = runBranches(merge, x, given, side(true), side(false));
      return new Map(merges.map(({ name }, i) => [name, [results[i]]]));
    },
  };
}
