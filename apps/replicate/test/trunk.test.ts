import { expect, test } from '@jest/globals';
import type { Weight } from '@scene-mtl/core';
import { profiles } from '../src/config/profiles.ts';
import { assertTrunk } from '../src/heads/source-run.ts';

const tasks = ['semantic', 'depth'];
const check = (...weights: Pick<Weight, 'name' | 'owner'>[]) =>
  assertTrunk('runs/first', { weights }, { config: profiles.smoke, tasks });
const shared = (name: string) => ({ name, owner: 'shared' }) as const;

test('heads stand on what tasks share in a trunk, of some groups or of all', () => {
  const own = { name: 'depth/encoder/stage3/kernel', owner: { task: 'depth' } };
  expect(() => check(shared('encoder/stem/kernel'), own)).not.toThrow();
  expect(() => check(shared('semantic.depth/encoder/stem/kernel'))).not.toThrow();
});

test('what couples tasks, or serves others than the task whose it seems, is no trunk', () => {
  expect(() => check({ name: 'between/stem/mix/depthwise_kernel', owner: 'between' })).toThrow(
    'runs/first: expected a trunk that its heads stand on, got hard-sharing, in which ' +
      'between/stem/mix/depthwise_kernel serves several tasks; train a new run',
  );
  expect(() => check(shared('depth/output/kernel'))).toThrow('depth/output/kernel serves several');
});
