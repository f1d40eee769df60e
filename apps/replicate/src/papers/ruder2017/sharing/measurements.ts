import { inferenceCosts } from '../../../measure/inference-cost.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { sharingAtStart } from '../../../scenes/architectures.ts';
import { stageDegrees, type StageDegrees } from '../degrees.ts';
import { HARD } from './arms.ts';

/** How much each stage of a trained network is shared, first stage first. */
export const degreesOfSharing: SceneMeasurement<StageDegrees> = {
  name: 'degrees-of-sharing',
  version: 1,
  module: import.meta.url,
  measure({ config, tasks, sharing }) {
    return Promise.resolve(stageDegrees(sharingAtStart(config, tasks, 1), sharing()));
  },
};

/** What a network costs where it is used, and what hard sharing costs beside it. */
export type CostBeside = {
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly milliseconds: number;
  /** Milliseconds an image of hard sharing, measured in turns with it. */
  readonly hard: number;
};

/** Parameters, multiply-adds and milliseconds an image of a run's network. */
export const costBesideHard: SceneMeasurement<CostBeside> = {
  name: 'cost-beside-hard-sharing',
  version: 1,
  module: import.meta.url,
  async measure({ config, tasks }) {
    const hard = { ...config.network, architecture: { name: HARD, options: {} } };
    const [own, beside] = await inferenceCosts([
      { config, tasks },
      { config: { ...config, network: hard }, tasks },
    ]);
    return {
      ...{ parameters: own.parameters, multiplyAdds: own.multiplyAdds },
      milliseconds: Number(own.milliseconds.toPrecision(4)),
      hard: Number(beside.milliseconds.toPrecision(4)),
    };
  },
};
