import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { StageFeatures } from '../encoders/encoder.ts';
import type { ArchitecturePlace, Sharing } from './architecture.ts';
import { defineArchitecture } from './define.ts';
import { checkTasks, encoderScope, headOn, pairsSharing, perHead, stageOn } from './parts.ts';

/** A part of a network that splits: into groups of tasks that share all further stages, or that split again. */
export interface Tree {
  /** Stages of the encoder, counted from its first, before the split. */
  readonly shared: number;
  readonly groups: readonly (readonly string[] | Tree)[];
}

const group = z.array(z.string()).min(1);
/** Schema of a {@link Tree}. */
export const treeSchema: z.ZodType<Tree, Tree> = z.strictObject({
  shared: z.number().int().nonnegative().describe('stages before the split, from the first'),
  get groups() {
    return z
      .array(z.union([group, treeSchema]))
      .min(1)
      .describe('tasks that share all further stages, or a tree that splits again');
  },
});

type Node = readonly string[] | Tree;
const isGroup = (node: Node): node is readonly string[] => Array.isArray(node);

/** The tasks of a part of a tree, in the order in which it names them. */
export const tasksOfTree = (node: Node): string[] =>
  isGroup(node) ? [...node] : node.groups.flatMap(tasksOfTree);

/**
 * The groups of tasks that share each of `stages` stages.
 * @example
 * ```ts
 * import { groupsByStage } from '@scene-mtl/core';
 * groupsByStage({ shared: 1, groups: [['semantic', 'instance'], ['depth']] }, 2);
 * // → [[['semantic', 'instance', 'depth']], [['semantic', 'instance'], ['depth']]]
 * ```
 */
export function groupsByStage(tree: Node, stages: number): string[][][] {
  return Array.from({ length: stages }, (_, i) => groupsAt(tree, i));
}

const groupsAt = (node: Node, stage: number): string[][] =>
  isGroup(node) || stage < node.shared
    ? [tasksOfTree(node)]
    : node.groups.flatMap((inner) => groupsAt(inner, stage));

/**
 * A tree of tasks: a trunk of some stages, then groups that share the others, each of which may split again further
 * on, then heads. A trunk that all tasks keep to the end is hard sharing; one that splits before the first stage,
 * into groups of one, is single tasks.
 *
 * Degree of sharing of a stage: the share of pairs of tasks that have it in common.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, tree } from '@scene-mtl/core';
 * import { depth, instance, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const tasks = [semantic(19), instance(), depth()];
 * const architecture = tree.make({ shared: 3, groups: [['semantic', 'instance'], ['depth']] });
 * const { sharing } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1, architecture });
 * // Of the last stage one pair of three.
 * sharing().map(({ degree }) => Math.round(100 * degree)); // → [100, 100, 100, 33]
 * ```
 */
export const tree = defineArchitecture({
  name: 'tree',
  alias: ['branched'],
  source: 'Ruder 2017, section 3.1; Lu et al. 2017, figure 1',
  formula: 'xᵗ = group(trunk(input)) for the tasks t of each group',
  options: treeSchema,
  settings: (tasks, stages) => ({
    usual: {
      shared: stages.length - 1,
      groups: tasks.length > 1 ? [tasks.slice(0, -1), tasks.slice(-1)] : [[...tasks]],
    },
    twice: {
      shared: 0,
      groups: [
        { shared: 1, groups: tasks.slice(0, -1).map((task) => [task]) },
        [tasks[tasks.length - 1]],
      ].filter((node) => tasksOfTree(node).length > 0),
    },
  }),
  // Σ of the stages, each as often as there are groups that have it.
  parameters: ({ stages }, options) =>
    groupsByStage(options, stages.length).reduce(
      (sum, groups, i) => sum + groups.length * stages[i].parameters,
      0,
    ),
  build: builtTree,
});

/** Builds the network of a tree. @throws when it does not fit the tasks or the encoder */
export function builtTree(place: ArchitecturePlace, root: Tree): Sharing {
  const { input, encoder, heads, seed } = place;
  const { stages } = encoder;
  const tasks = heads.map(({ name }) => name);
  checkTree(root, place);
  const read = new Map<string, readonly StageFeatures[]>();
  const grow = (node: Node, x: tf.SymbolicTensor, before: readonly StageFeatures[]): void => {
    const own = tasksOfTree(node);
    // In the order of the heads, so that a group's name does not depend on how the tree was written.
    const served = tasks.filter((task) => own.includes(task));
    const scope = encoderScope(served, tasks, seed);
    const end = isGroup(node) ? stages.length : node.shared;
    const passed = [...before];
    let at = x;
    for (const stage of stages.slice(before.length, end)) {
      const made = stageOn(stage, at, scope);
      at = made.features;
      passed.push(made);
    }
    if (isGroup(node)) for (const task of own) read.set(task, passed);
    else for (const inner of node.groups) grow(inner, at, passed);
  };
  grow(root, input, []);
  const groups = groupsByStage(root, stages.length);
  const stagesOf = (task: string) => read.get(task) as readonly StageFeatures[];
  return {
    outputs: perHead(heads, (head) => headOn(head, stagesOf(head.name), seed)),
    stages: perHead(heads, ({ name }) => stagesOf(name)),
    sharing: () =>
      stages.map(({ name }, i) => ({
        stage: name,
        degree: pairsSharing(
          groups[i].map((of) => of.length),
          tasks.length,
        ),
        values: { groups: groups[i].length },
      })),
  };
}

function checkTree(root: Tree, { encoder, heads }: ArchitecturePlace): void {
  const named = tasksOfTree(root);
  checkTasks('tree', named, heads);
  const twice = named.find((task, i) => named.indexOf(task) < i);
  if (twice !== undefined) throw new Error(`tree: the task ${twice} is in two groups; keep one`);
  const missing = heads.find(({ name }) => !named.includes(name));
  if (missing) throw new Error(`tree: the task ${missing.name} is in no group; add it to one`);
  const { length } = encoder.stages;
  const checkDepth = (node: Node, from: number): void => {
    if (isGroup(node)) return;
    if (node.shared < from || node.shared > length) {
      const names = encoder.stages.map(({ name }) => name).join(', ');
      throw new Error(
        `tree: shared ${node.shared} of ${tasksOfTree(node).join(', ')}: expected ${from} to ${length}, ` +
          `a number of stages of ${names}`,
      );
    }
    for (const inner of node.groups) checkDepth(inner, node.shared);
  };
  checkDepth(root, 0);
}

/**
 * A tree drawn as text, one line a part: its stages, and the tasks where it ends.
 * @param stages names of the encoder's stages
 * @example
 * ```ts
 * import { treeText } from '@scene-mtl/core';
 * treeText({ shared: 1, groups: [['semantic', 'instance'], ['depth']] }, ['stem', 'stage1']).split('\n');
 * // → ['stem', '├─ stage1 → semantic, instance', '└─ stage1 → depth']
 * ```
 */
export function treeText(root: Tree, stages: readonly string[]): string {
  const lines = (given: Node, from: number): string[] => {
    const node = unsplit(given);
    const end = isGroup(node) ? stages.length : node.shared;
    const own = stages.slice(from, end).join(' ') || '·';
    if (isGroup(node)) return [`${own} → ${node.join(', ')}`];
    const last = node.groups.length - 1;
    return [
      own,
      ...node.groups.flatMap((inner, g) =>
        lines(inner, end).map((line, i) => {
          if (i === 0) return `${g < last ? '├' : '└'}─ ${line}`;
          return `${g < last ? '│' : ' '}  ${line}`;
        }),
      ),
    ];
  };
  return lines(root, 0).join('\n');
}

/** A part that splits into one group is that group. */
const unsplit = (node: Node): Node =>
  isGroup(node) || node.groups.length > 1 ? node : unsplit(node.groups[0]);
