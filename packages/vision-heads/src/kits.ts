import { classificationKit } from './classification/kit.ts';
import { depthKit } from './depth/kit.ts';
import { edgesKit } from './edges/kit.ts';
import { instanceKit } from './instance/kit.ts';
import type { TaskKit, VisionTask } from './kit.ts';
import { metricDepthKit } from './metric-depth/kit.ts';
import { normalsKit } from './normals/kit.ts';
import { regressionKit } from './regression/kit.ts';
import { semanticKit } from './semantic/kit.ts';
import type { KitData } from './target-kit.ts';

/** All kits, in the order in which tasks are listed everywhere: the paper's columns first. */
export const kits: readonly TaskKit[] = [
  semanticKit,
  instanceKit,
  depthKit,
  metricDepthKit,
  normalsKit,
  edgesKit,
  classificationKit,
  regressionKit,
];

/**
 * The kit of a name.
 * @throws for a name that no kit has
 * @example
 * ```ts
 * import { kitNamed } from '@scene-mtl/vision-heads';
 * const { name, unit, digits, better } = kitNamed('depth').metrics[0];
 * [name, unit, digits, better]; // → ['meanError', 'px of disparity', 3, 'lower']
 * ```
 */
export function kitNamed(name: string): TaskKit {
  const kit = kits.find((candidate) => candidate.name === name);
  if (kit) return kit;
  throw new Error(`task kit ${name}: expected one of ${kits.map((k) => k.name).join(', ')}`);
}

/**
 * The tasks that some data has annotations for, in the order of the kits.
 * @example
 * ```ts
 * import { tasksFor } from '@scene-mtl/vision-heads';
 * // In the order of the kits; two numbers named `steering` for each example.
 * const tasks = tasksFor({ fields: ['steering', 'depth'], numbers: { steering: 2 } });
 * tasks.map(({ name, kit }) => `${name}: ${kit.name}`); // → ['depth: depth', 'steering: regression']
 * ```
 */
export const tasksFor = (data: KitData): VisionTask[] =>
  kits.flatMap((kit) => kit.fieldsIn(data).map((field) => kit.task(data, field)));

/**
 * Tasks in the order of the kits; those of one kit stay in theirs.
 * @example
 * ```ts
 * import { inKitOrder, tasksFor } from '@scene-mtl/vision-heads';
 * const [instance, depth] = tasksFor({
 *   fields: ['instance', 'depth'],
 *   legend: { classes: ['car'], palette: [], instanceClasses: [0] },
 * });
 * inKitOrder([depth, instance]).map(({ name }) => name); // → ['instance', 'depth']
 * ```
 */
export const inKitOrder = <T extends Pick<VisionTask, 'kit'>>(tasks: readonly T[]): T[] =>
  kits.flatMap((kit) => tasks.filter((task) => task.kit === kit));
