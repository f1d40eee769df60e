import { fileURLToPath, pathToFileURL } from 'node:url';
import { configured, evaluateRun, loadPlugins, profiles, trainRun } from '@scene-mtl/replicate';

/**
 * Trains a network on data that a program makes, with a task of one's own, and evaluates it.
 * @param runs folder of all runs
 * @returns the run's folder and its validation metrics
 */
export async function main(runs: string, steps: number) {
  const plugins = await loadPlugins([fileURLToPath(new URL('./plugin.ts', import.meta.url))]);
  const set = [`training.steps=${steps}`, `training.evalEvery=${steps}`, 'training.logEvery=1'];
  const config = await configured(profiles.smoke, { data: 'squares', set, plugins });
  const compile = { threads: 1 };
  const { folder } = await trainRun({
    ...{ config, runs, name: 'squares', seed: 1, compile },
    balance: { name: 'uncertainty', options: {} },
    command: 'examples/script/main.ts',
  });
  const { metrics } = await evaluateRun({ run: folder, split: 'val', checkpoint: 'last', compile });
  return { folder, metrics };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { folder, metrics } = await main('runs', 200);
  console.log(folder, metrics);
}
