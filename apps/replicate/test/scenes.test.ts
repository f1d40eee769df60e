import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { profiles } from '../src/config/profiles.ts';
import { execute } from '../src/experiment/execute.ts';
import { fixedWeights, runConfig, type RunConfig } from '../src/experiment/spec.ts';
import { cutScenes, occludedObjectsMade } from '../src/measure/occluded-objects.ts';
import { progressLine } from '../src/run/progress.ts';

test('processes get a job only when all data that it reads are there', async () => {
  const config = runConfig(profiles.smoke);
  const spec = {
    config,
    tasks: ['depth'],
    weighting: fixedWeights(['depth'], {}),
    seed: 1,
  } as const;
  const runs = await mkdtemp(join(tmpdir(), 'replicate-execute-'));
  const opened: RunConfig['data'][] = [];
  const made = execute([{ spec, measurements: [occludedObjectsMade] }], {
    ...{ config: profiles.smoke, runs, root: join(runs, 'trained'), found: undefined },
    ...{ jobs: 2, strips: 0, compile: { threads: 1 }, dataWorkers: 0, line: progressLine() },
    open: ({ data }) => {
      opened.push(data);
      return opened.length < 2
        ? Promise.resolve({} as never)
        : Promise.reject(new Error('no disk'));
    },
  });
  await expect(made).rejects.toThrow('no disk');
  expect(opened).toEqual([config.data, cutScenes(config)]);
});
