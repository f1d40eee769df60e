import { inferenceCosts } from '../../../measure/inference-cost.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { designsFor, nameOf, networksOf } from './designs.ts';

/** Parameters and milliseconds an image, by the tasks of the network. */
export type NetworkCosts = {
  readonly [network: string]: { readonly parameters: number; readonly milliseconds: number };
};

/** What each network of the spectrum costs, measured beside the others: on one run that has all tasks. */
export const networkCosts: SceneMeasurement<NetworkCosts> = {
  name: 'spectrum-costs',
  version: 1,
  module: import.meta.url,
  async measure({ config, tasks }) {
    const networks = networksOf(designsFor(tasks.map(({ name }) => name)));
    const costs = await inferenceCosts(
      networks.map((names) => ({
        config,
        tasks: tasks.filter(({ name }) => names.includes(name)),
      })),
    );
    return Object.fromEntries(
      networks.map((names, k) => {
        const { parameters, milliseconds } = costs[k];
        return [nameOf(names), { parameters, milliseconds: Number(milliseconds.toPrecision(4)) }];
      }),
    );
  },
};
