import { claims } from './claims.ts';
import { classificationKit } from './classification/kit.ts';
import { depthKit } from './depth/kit.ts';
import { edgesKit } from './edges/kit.ts';
import { instanceKit } from './instance/kit.ts';
import type { TaskKit, VisionTask } from './kit.ts';
import { metricDepthKit } from './metric-depth/kit.ts';
import { normalsKit } from './normals/kit.ts';
import { LIKELIHOODS, missingParts, type Parts } from './parts.ts';
import { regressionKit } from './regression/kit.ts';
import { semanticKit } from './semantic/kit.ts';
import type { KitData } from './target-kit.ts';

/**
 * All kits, in the order in which tasks are listed everywhere: the paper's columns first, what `defineTask` added last.
 */
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

const usual = kits.length;

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
  claims(kits, usual, data).map(({ kit, field }) => {
    const task = kit.task(data, field);
    return kits.indexOf(kit) < usual ? task : checkedTask(task, kit, field);
  });

const TASK: Parts<VisionTask> = {
  name: 'string',
  title: 'string',
  likelihood: LIKELIHOODS,
  metrics: 'metrics',
  targetChannels: 'number',
  outputChannels: 'number',
  ...{ has: 'function', encode: 'function', decoder: 'function', loss: 'function' },
  ...{ decode: 'function', accumulator: 'function', judges: 'function', constant: 'function' },
  ...{ files: 'function', meaning: 'function' },
};

/** @throws naming what the kit of somebody else left out of its task */
function checkedTask(task: VisionTask, kit: TaskKit, field: string): VisionTask {
  const missing =
    missingParts(task, TASK) ??
    (task.name === field ? undefined : `name: expected '${field}', got '${task.name}'`);
  // A task that was made of another kit's says so still.
  if (missing === undefined) return task.kit === kit ? task : { ...task, kit };
  throw new Error(`task kit ${kit.name}: its task ${field}: ${missing}`);
}

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
