import { costOf } from '@scene-mtl/core';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { denseNetwork } from '../../../numbers/network.ts';
import { stageDegrees, type StageDegrees } from '../degrees.ts';

/** A network's size and how much of each layer it shares. */
export type SharingFound = {
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly degrees: StageDegrees;
};

/** What a network costs and how much of each layer is shared, after the last step. */
export const sharingOfNetwork: NumbersMeasurement<SharingFound> = {
  name: 'sharing-of-network',
  version: 1,
  module: import.meta.url,
  async measure({ spec, columns, network }) {
    const { widths } = columns.train;
    const fresh = denseNetwork({
      ...{ ...spec.config, inputs: widths['x'], seed: spec.seed },
      outputs: spec.tasks.map((task) => [task, widths[`target/${task}`]]),
    });
    const start = fresh.sharing();
    fresh.model.dispose();
    const trained = await network('last');
    return { ...costOf(trained), degrees: stageDegrees(start, trained.sharing()) };
  },
};
