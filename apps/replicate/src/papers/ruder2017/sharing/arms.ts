import { architectures } from '@scene-mtl/core';
import { usualArchitecture } from '../../../scenes/architectures.ts';
import type { SceneArm, SceneContext, SceneResults } from '../../../scenes/kind.ts';
import { stepsInTime } from '../equal-time.ts';
import { armOf, fixedWeights, learnedWeights } from '../../../scenes/spec.ts';

/** Flags of `ruder2017 sharing`. */
export interface SharingOptions {
  /** Canonical names; undefined: what the size of the pictures allows. */
  readonly architectures?: readonly string[];
}

export type Context = SceneContext<SharingOptions>;

/** What all others are set against. */
export const HARD = 'hard-sharing';

/** Enough to see that the experiment works. */
const FEW = [HARD, 'mtan', 'ltb'];
/** Rows of a picture below which there is nothing else to see. */
const SMALL = 64;

/** Names of the compared architectures, hard sharing first. */
export function namesOf({ config, options }: Context): string[] {
  const all = architectures.map(({ name }) => name);
  const wanted = options.architectures ?? (config.size.height < SMALL ? FEW : all);
  return [HARD, ...wanted.filter((name) => name !== HARD)];
}

/** All tasks by an architecture, learned weights as in Table 1; hard sharing is Table 1's own run. */
export function armFor(name: string, context: Context, steps?: number): SceneArm {
  const { config, data } = context;
  const training = { ...config.training, ...(steps !== undefined && { steps }) };
  const architecture = usualArchitecture(name, config, data.tasks);
  const network = { ...config.network, architecture };
  return armOf({ ...config, training, network }, { tasks: data.tasks, balance: learnedWeights() });
}

/** A network of one task. */
export const aloneArm = ({ config }: Context, task: string): SceneArm =>
  armOf(config, { tasks: [task], balance: fixedWeights([task], { [task]: 1 }) });

/** As many steps as an architecture makes in the time of hard sharing, by the runs of the first seed. */
export function stepsFor(
  name: string,
  context: Context,
  results: SceneResults,
): number | undefined {
  const [seed] = context.config.seeds;
  const speedOf = (of: string) =>
    results.summary({ ...armFor(of, context), seed })?.timing.stepsPerSecond;
  return stepsInTime(context.config.training.steps, speedOf(name), speedOf(HARD));
}
