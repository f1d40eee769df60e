import { continuation, type Continuation, type Network } from '@scene-mtl/core';
import type { FeaturePlace } from '@scene-mtl/datasets';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Config } from '../config/schema.ts';
import { featurePlace, type FeatureStore } from '../features/kept-features.ts';

/** What is kept of the frozen part of a network. */
export interface KeptPart {
  readonly cut: Continuation;
  /** As the weights are now. */
  readonly place: () => FeaturePlace;
  readonly store: FeatureStore;
}

/**
 * What a configuration keeps, if anything.
 * @param learned names of the tasks that are trained
 * @param store where features are kept, if the configuration asks for it
 * @throws where nothing before the trained part is frozen
 */
export function keptPartOf(
  config: Config,
  network: Network,
  learned: readonly string[],
  store: (FeatureStore & Pick<CompileOptions, 'engine'>) | undefined,
): KeptPart | undefined {
  const { features } = config.training;
  if (features === 'none') return undefined;
  if (!store) throw new Error('assemble: training.features needs a place to keep them');
  const cut = continuation(network, learned);
  if (!network.weights.some(({ layer }) => cut.before.has(layer))) {
    throw new Error(
      `training.features ${features}: nothing before the trained part is frozen; ` +
        `freeze shared, or set training.features=none`,
    );
  }
  const place = () => featurePlace({ network, cut, config, store, engine: store.engine });
  return { cut, place, store };
}
