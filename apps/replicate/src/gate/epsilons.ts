import { didYouMean } from '@scene-mtl/data';

/** Drops that are let through, by `<task>/<metric>`. */
export type Epsilons = Readonly<Record<string, number>>;

/**
 * `task/metric=number` → drops that are let through.
 * @throws for a text of another form, a number below 0, or a metric named twice
 */
export function epsilonsOf(texts: readonly string[]): Epsilons {
  const epsilons: Record<string, number> = {};
  for (const text of texts) {
    const [, name, given] = /^([^=]+\/[^=]+)=(.+)$/.exec(text) ?? [];
    const value = Number(given);
    if (name === undefined || given.trim() === '' || !(value >= 0 && value < Infinity)) {
      throw new Error(
        `--epsilon ${text}: expected task/metric=number from 0, for example depth/meanError=0.05`,
      );
    }
    if (Object.hasOwn(epsilons, name)) {
      throw new Error(`--epsilon ${text}: ${name} was given ${epsilons[name]} already; give one`);
    }
    epsilons[name] = value;
  }
  return epsilons;
}

/** @throws naming the first metric that no compared task has, and those that there are */
export function assertKnown(epsilons: Epsilons, metrics: readonly string[]): void {
  for (const name of Object.keys(epsilons)) {
    if (metrics.includes(name)) continue;
    throw new Error(
      `--epsilon ${name}=${epsilons[name]}: no task of both runs has this metric; ` +
        didYouMean(name, metrics),
    );
  }
}
