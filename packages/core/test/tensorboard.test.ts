import { appendFile, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { appendMetrics, crc32c, openEventLog, type MetricsRecord } from '../src/index.ts';
import { decodedEvents } from '../src/testing.ts';

test('CRC-32C gives the published check values', () => {
  // The check value of the catalogue of CRC algorithms.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and 0 … 31.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

/** Made by tensorboard 2.21.0, see `fixtures/tensorboard-events.py`. */
const expected = JSON.parse(
  await readFile(new URL('./fixtures/tensorboard-events.json', import.meta.url), 'utf8'),
) as { fresh: string; cut: string; resumed: string };

const host = 'lab.example';
const hparams = { rate: 0.1, nesterov: true, 'data.source': 'generated' };
const made = () => mkdtemp(join(tmpdir(), 'core-events-'));
/** A clock that gives these seconds, one after the other, then the last again and again. */
const clock = (...times: number[]) => {
  let at = 0;
  return () => times[Math.min(at++, times.length - 1)];
};
const train = (step: number, total: number): MetricsRecord => ({
  step,
  kind: 'train',
  values: { total },
});

/** The run of the fixture, up to its end. */
async function finished(folder: string) {
  const now = clock(1000.5, 1001.25, 1002, 1003, 1004);
  const log = await openEventLog({ folder, from: 0, hparams, host, now });
  await log.scalars({ step: 4, kind: 'train', values: { total: 1.5, 'loss/depth': 0.25 } });
  const png = (n: number) => Buffer.from(`\x89PNG${n}`, 'latin1');
  await log.images(300, [
    { tag: 'a_1/photo', height: 2, width: 3, png: png(1) },
    { tag: 'a_1/depth, truth', height: 2, width: 3, png: png(2) },
  ]);
  const values = { 'depth/meanError': 2.5, 'semantic/iou': null };
  await log.scalars({ step: 300, kind: 'evaluation', values });
  await log.end(300);
  return log;
}

describe('an event file', () => {
  test('has the bytes that TensorBoard writes itself, under the name it looks for', async () => {
    const folder = await made();
    const { file } = await finished(folder);
    expect(await readdir(folder)).toEqual(['events.out.tfevents.0000001000.lab.example']);
    expect((await readFile(file)).toString('hex')).toBe(expected.fresh);
  });

  test('has every record as soon as it is logged, with the time of that', async () => {
    const log = await openEventLog({ folder: await made(), from: 0, hparams });
    const before = Date.now() / 1000;
    for (const step of [1, 2, 3]) {
      await log.scalars(train(step, step));
      const events = decodedEvents(await readFile(log.file));
      expect(events.at(-1)).toMatchObject({ step, values: { 'train/total': step } });
      expect(events.at(-1)?.wallTime).toBeGreaterThanOrEqual(before);
      expect(events.at(-1)?.wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    }
    const [, seconds] = /tfevents\.(\d{10})\./.exec(log.file) ?? [];
    expect(Math.abs(Number(seconds) - before)).toBeLessThan(5);
  });
});

/** All events of a run's files, one file after the other. */
async function eventsIn(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return files.flatMap(decodedEvents);
}
const stepsIn = async (folder: string) =>
  (await eventsIn(folder)).flatMap(({ step, values }) => ('train/total' in values ? [step] : []));

describe('a run that goes on', () => {
  test('cuts the file it had, and tells readers to forget what came after', async () => {
    const folder = await made();
    const { file } = await finished(folder);
    const log = await openEventLog({ folder, from: 4, hparams, host, now: clock(2000, 2001.5) });
    await log.scalars(train(8, 1.25));
    expect((await readdir(folder)).sort()).toEqual([
      ...[
        'events.out.tfevents.0000001000.lab.example',
        'events.out.tfevents.0000002000.lab.example',
      ],
    ]);
    expect((await readFile(file)).toString('hex')).toBe(expected.cut);
    expect((await readFile(log.file)).toString('hex')).toBe(expected.resumed);
  });

  test('has no step twice, wherever the one before was cut, and few files', async () => {
    const folder = await made();
    let log = await openEventLog({ folder, from: 0, hparams, host, now: clock(50) });
    for (const step of [1, 2, 3, 4]) await log.scalars(train(step, step));
    for (const cut of [0, 1, 11, 12, 20, 40, 90, 200]) {
      const { length } = await readFile(log.file);
      await truncate(log.file, Math.max(0, length - cut));
      log = await openEventLog({ folder, from: 2, hparams, host, now: clock(40) });
      for (const step of [3, 4]) await log.scalars(train(step, step));
      expect(await stepsIn(folder)).toEqual([1, 2, 3, 4]);
      // The one with the steps before, that which a reader may be at, and the new one.
      expect((await readdir(folder)).length).toBeLessThanOrEqual(3);
      const plugins = (await eventsIn(folder)).flatMap((event) => event.plugins);
      expect(plugins).toEqual(['_hparams_/session_start_info']);
    }
    // Though the clock went back, each file comes after the one before it.
    expect(log.file).toContain('tfevents.0000000058.');
  });

  test('keeps what is before its checkpoint, over several files', async () => {
    const folder = await made();
    for (const from of [0, 3, 6, 9]) {
      const log = await openEventLog({ folder, from, hparams, host, now: clock(60) });
      for (const step of [1, 2, 3, 4]) await log.scalars(train(from + step, step));
    }
    expect(await stepsIn(folder)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(await readdir(folder)).toHaveLength(4);
  });

  test('has what was logged without an event file, or into one of before files had the time', async () => {
    const folder = await made();
    for (const step of [10, 20, 30]) {
      await appendMetrics(join(folder, 'metrics.jsonl'), train(step, step));
    }
    await writeFile(join(folder, 'events.out.tfevents.0'), 'old');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const log = await openEventLog({ folder, from: 20, hparams });
    const scalars = (await eventsIn(folder)).filter(({ values }) => 'train/total' in values);
    expect(scalars.map(({ step }) => step)).toEqual([10, 20]);
    expect(Math.abs(scalars[0].wallTime - Date.now() / 1000)).toBeLessThan(60);
    expect((await readdir(folder)).sort()).toEqual(
      [log.file.slice(folder.length + 1), 'metrics.jsonl', 'notes.txt'].sort(),
    );
  });

  test('begins anew from step 0', async () => {
    const folder = await made();
    await finished(folder);
    const log = await openEventLog({ folder, from: 0, hparams, host, now: clock(3000) });
    await log.scalars(train(1, 1));
    expect(await stepsIn(folder)).toEqual([1]);
    expect((await eventsIn(folder)).flatMap((event) => event.plugins)).toHaveLength(1);
  });

  test('is not led astray by what is no event', async () => {
    const folder = await made();
    const { file } = await finished(folder);
    await appendFile(file, Buffer.alloc(500, 7));
    const log = await openEventLog({ folder, from: 300, hparams, host, now: clock(4000) });
    await log.end(300);
    const steps = (await eventsIn(folder)).map(({ step }) => step);
    // Version, start, settings, metrics, pictures, metrics; version, start, end.
    expect(steps).toEqual([0, 0, 0, 4, 300, 300, 0, 301, 300]);
  });
});
