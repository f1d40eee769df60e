import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { titleOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import {
  cutScenes,
  occludedObjects,
  occludedObjectsMade,
} from '../src/papers/kendall2018/figure4/occluded-objects.ts';
import type { SceneSpec } from '../src/scenes/kind.ts';
import { dataMeasured } from '../src/scenes/measurement.ts';
import { scenes } from '../src/scenes/program.ts';
import { fixedWeights, runConfig, sceneTitle } from '../src/scenes/spec.ts';

const config = runConfig(profiles.smoke);
const spec: SceneSpec = {
  config,
  tasks: ['depth'],
  balance: fixedWeights(['depth'], { depth: 1 }),
  seed: 1,
};

test('a measurement looks at the frames of its run, or at those that it says', () => {
  expect(dataMeasured(occludedObjects, config)).toBe(config);
  expect(dataMeasured(occludedObjectsMade, config)).toEqual({ ...config, data: cutScenes(config) });
});

test('what a job reads is there before it is given away: its own frames and those measured on', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'replicate-scenes-'));
  const session = scenes.start({ runs, line: { update: () => {}, print: () => {} } });
  const few = { ...config, data: { ...config.data, train: 1, val: 1 } as typeof config.data };
  const small = { ...occludedObjectsMade, data: () => ({ ...few.data, seed: 3 }) as never };
  await session.prepare?.({ spec: { ...spec, config: few }, measurements: [small] });
  expect((await readdir(join(runs, 'data'))).filter((name) => name !== 'cache')).toHaveLength(2);
});

test('a run is called by what it trains, its size among it', () => {
  expect(titleOf(spec)).toBe('depth fixed (depth 1) seed 1');
  expect(sceneTitle(spec)).toBe('depth fixed (depth 1) 32×64 seed 1');
});
