import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addEngineFlags, addDataFlags } from '../src/commands/engine-flags.ts';
import { wholeNumber } from '../src/commands/whole-number.ts';
import { bytesOfWeights, bytesPerImage, checkMemory } from '../src/config/memory.ts';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import { table1Options } from '../src/papers/kendall2018/table1/options.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-errors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const known =
  'steps, batchSize, learningRate, weightingLearningRate, optimiser, schedule, labelledShare, hints, sampling, accumulate, ' +
  'momentum, weightDecay, clipNorm, warmUp, initialLogVariance, flip, zoom, jitter, scheduleSteps, evalEvery, ' +
  'checkpointEvery, snapshots, stopping, logEvery, only, features';

test.each([
  // What was taken, or said in many lines, or without the key.
  ['seeds=[1,1,1]', ': seeds: expected each seed once, got [1,1,1]'],
  ['seeds=[1,1.0]', ': seeds: expected each seed once, got [1,1]'],
  ['seeds=[]', ': seeds: expected at least 1 items, got []'],
  ['seeds=[1.5]', ': seeds[0]: expected a whole number, got 1.5'],
  ['seeds=[-1]', ': seeds[0]: expected a number ≥ 0, got -1'],
  [
    'seeds=[9007199254740993]',
    ': seeds[0]: expected a number ≤ 9007199254740991, got 9007199254740992',
  ],
  ['seeds=[1e999]', ': seeds[0]: expected a number, got Infinity'],
  ['__proto__.training=1', ': expected a key of the configuration, got __proto__'],
  ['training.__proto__.steps=5', ': expected a key of the configuration, got __proto__'],
  ['training..steps=5', ': expected a key of the configuration, got nothing'],
  ['training.steps', ': expected key=value, for example training.steps=200'],
  [
    'constructor.prototype.steps=5',
    ': unknown key "constructor", there are: data, size, network, training, plugins, optimalWeights, seeds, strips',
  ],
  ['training.stepz=7', `: training: unknown key "stepz", did you mean steps? There are: ${known}`],
  [
    'data.gapz=x',
    ': data: unknown key "gapz", did you mean gaps? There are: source, train, val, seed, composition, occlusion, gaps, disparitySigma, derive, labels, holdOut',
  ],
  [
    'network.encoder.alpha=1',
    ': network.encoder: unknown key "alpha", there are: kind, stem, channels, asppChannels',
  ],
  ['training.steps=-1', ': training.steps: expected a number > 0, got -1'],
  ['training.optimiser=sgdd', ': training.optimiser: expected "sgd" or "adam", got "sgdd"'],
  ['data.source=fodler', ': data.source: expected "generated" or "folder", got "fodler"'],
  ['network.decoder.kernel=5', ': network.decoder.kernel: expected 1 or 3, got 5'],
  // Sizes, with the largest that fits.
  ['training.batchSize=1000000', ': training.batchSize: expected a number ≤ 4096, got 1000000'],
  [
    'network.decoder.width=10000000',
    ': network.decoder.width: expected a number ≤ 4096, got 10000000',
  ],
  [
    'network.encoder.channels=[1,2,10000000]',
    ': network.encoder.channels[2]: expected a number ≤ 4096, got 10000000',
  ],
  [
    'network.encoder.stem=10000000',
    ': network.encoder.stem: expected a number ≤ 4096, got 10000000',
  ],
  ['size.width=10000', ': size.width: expected a number ≤ 8192, got 10000'],
  ['training.steps=1e9', ': training.steps: expected a number ≤ 99999999, got 1000000000'],
  ['data.train=1e9', ': data.train: expected a number ≤ 1000000, got 1000000000'],
  ['strips=1e6', ': strips: expected a number ≤ 1000, got 1000000'],
])('--set %s is one line that names the key', async (text, message) => {
  await expect(configured(profiles.quick, { set: [text] })).rejects.toMatchObject({
    message: `--set ${text}${message}`,
  });
});

test.each([
  ['data={"train":3,"train":4}', '--set data:1:12: the key "train" is there twice; leave one'],
  ['data={"__proto__":{}}', '--set data:1:2: the key "__proto__" is not taken; rename it'],
  ['seeds=[1,2', '--set seeds:1:5: expected , or ], got the end'],
  ['data.source="x', '--set data.source:1:3: expected the end of a text, ", got the end'],
])('--set %s, whose value is no JSON, says where', async (text, message) => {
  await expect(configured(profiles.quick, { set: [text] })).rejects.toMatchObject({ message });
});

test('a value that is no JSON is a text', async () => {
  const set = ['training.schedule=cosine', 'data.occlusion=cut'];
  const { training, data } = await configured(profiles.quick, { set });
  expect([training.schedule, data]).toMatchObject(['cosine', { occlusion: 'cut' }]);
});

test.each([
  ['{ "training": ', ':1:15: expected a JSON value, got the end'],
  ['[]', ': expected an object, got []'],
  [
    '{ "trianing": {} }',
    ': unknown key "trianing", did you mean training? There are: data, size, network, training, plugins, optimalWeights, seeds, strips',
  ],
  ['{ "seeds": [1], "seeds": [2] }', ':1:17: the key "seeds" is there twice; leave one'],
  ['{ "__proto__": { "seeds": [2] } }', ':1:3: the key "__proto__" is not taken; rename it'],
])('a configuration file %s is named', async (text, message) => {
  const file = join(folder, 'config.json');
  await writeFile(file, text);
  await expect(configured(profiles.quick, { file, set: [] })).rejects.toMatchObject({
    message: `${file}${message}`,
  });
  await expect(configured(profiles.quick, { file: folder, set: [] })).rejects.toThrow(
    `${folder}: expected a file`,
  );
});

test('a configuration file with a byte-order mark is read', async () => {
  const file = join(folder, 'bom.json');
  await writeFile(file, '\ufeff{"seeds": [4]}');
  expect((await configured(profiles.quick, { file, set: [] })).seeds).toEqual([4]);
});

test('a batch, an image or a network that no memory can hold is refused with what fits', () => {
  const { quick, paper } = profiles;
  // 4 bytes · 64 · 128 px · (3 + 2 · 32), by hand.
  expect(bytesPerImage(quick)).toBe(2_195_456);
  // 16 bytes · (9 · (32·32 + 32·64 + 64·96) + 27 · 96 · 64 + 9 · 64 · 64), by hand.
  expect(bytesOfWeights(quick)).toBe(4_571_136);
  const with8 = (config: typeof quick, bytes: number) => () => checkMemory(config, 'c', bytes);
  const batch = (batchSize: number) => ({ ...quick, training: { ...quick.training, batchSize } });
  // 2³⁰ bytes hold 486 of those images beside the weights.
  expect(with8(batch(486), 2 ** 30)).not.toThrow();
  expect(with8(batch(487), 2 ** 30)).toThrow(
    'c: training.batchSize: expected at most 486, got 487: more images of 64 × 128 px do not fit into the ' +
      '1.0 GiB of this machine; training.accumulate=N makes a step of N batches',
  );
  const large = { ...paper, size: { height: 8192, width: 8192 } };
  expect(with8(large, 2 ** 33)).toThrow(
    'c: size: expected fewer px: an image of 8192 × 8192 px takes 32.8 GiB or more, this machine has 8.0 GiB',
  );
  const wide = {
    ...quick,
    network: { ...quick.network, decoder: { width: 4096, kernel: 3 as const } },
  };
  expect(with8(wide, 2 ** 20)).toThrow(
    'c: network: expected fewer channels: its weights alone take 0.0 GiB or more, this machine has 0.0 GiB',
  );
  for (const profile of Object.values(profiles)) {
    expect(() => checkMemory(profile, 'c', 2 ** 32)).not.toThrow();
  }
});

test.each([
  ['1', 1],
  [' 7 ', 7],
  ['1e2', 100],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('%j is a whole number', (text, value) => expect(wholeNumber(1)(text)).toBe(value));

test.each([
  '',
  ' ',
  'x',
  '1.5',
  '0',
  '-1',
  'NaN',
  'Infinity',
  '9007199254740992',
  '9007199254740993',
])('%j is no whole number from 1', (text) => {
  expect(() => wholeNumber(1)(text)).toThrow('expected a whole number from 1 to 9007199254740991.');
});

/** What a command line of flags says. */
const flagError = (...args: string[]): string => {
  const command = addDataFlags(addEngineFlags(new Command('x')))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    command.parse(args, { from: 'user' });
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

test('threads and workers have limits', () => {
  expect(flagError('--threads', '1024', '--data-workers', '256')).toBe('none');
  expect(flagError('--threads', '100000')).toMatch(/expected a whole number from 1 to 1024\.$/);
  expect(flagError('--data-workers', '100000')).toMatch(/expected a whole number from 0 to 256\.$/);
});

test('sizes of Table 1 have limits too', () => {
  expect(table1Options({ sizes: '128x256' }).sizes).toEqual([{ height: 128, width: 256 }]);
  expect(() => table1Options({ sizes: '128x99999' })).toThrow(
    '--sizes 128x99999: width: expected a number ≤ 8192, got 99999',
  );
  expect(() => table1Options({ sizes: '0x64' })).toThrow('height: expected a number > 0, got 0');
});
