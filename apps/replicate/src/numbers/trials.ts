import { flagNumber, type Experiment } from '@scene-mtl/lab';

/** How often each arm is trained, and whether only to see that everything runs. */
export interface Trials {
  readonly seeds: readonly number[];
  /** With `--profile smoke`: see {@link hurried}. */
  readonly smoke: boolean;
}

/**
 * Flags of an experiment whose seeds draw their own examples: `--trials`, and of the profiles `smoke`.
 * @param count seeds by default
 */
export const trialFlags = (count: number): Pick<Experiment<Trials>, 'addFlags' | 'options'> => ({
  addFlags: (command) =>
    command.option('--trials <n>', `seeds of each arm (default: ${count}; smoke: 2)`),
  options({ trials, profile }) {
    const smoke = profile === 'smoke';
    const wanted = flagNumber(trials, '--trials', { whole: true, from: 1 }) ?? (smoke ? 2 : count);
    return { smoke, seeds: Array.from({ length: wanted }, (_, i) => i + 1) };
  },
});

/** What a configuration becomes where only its running is to be seen: a few steps. */
export const hurried = <C extends { readonly steps: number; readonly evalEvery: number }>(
  config: C,
  { smoke }: Pick<Trials, 'smoke'>,
): C => (smoke ? { ...config, steps: 20, evalEvery: 10 } : config);
