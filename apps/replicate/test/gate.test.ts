import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { countParameters, parametersOf } from '@scene-mtl/core';
import { numbersField, type Sample } from '@scene-mtl/data';
import { decodePng } from '@scene-mtl/data/png';
import { toMarkdown } from '@scene-mtl/eval';
import {
  imageNetNormalisation,
  sampleArrays,
  tasksFor,
  type VisionTask,
} from '@scene-mtl/vision-heads';
import { Command } from 'commander';
import { addHeadsCommands } from '../src/commands/heads/index.ts';
import { assertSameKind } from '../src/gate/comparable.ts';
import { epsilonsOf } from '../src/gate/epsilons.ts';
import { gateRuns, gateTask, type GateOptions, type GateReport } from '../src/gate/gate-runs.ts';
import { ALL, openStored } from '../src/data/stored-data.ts';
import { importanceOf } from '../src/importance/importance.ts';
import { importanceTable } from '../src/importance/table.ts';
import { coverageTable } from '../src/ledger/coverage.ts';
import { ledgerOf, ledgerTable } from '../src/ledger/ledger.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { readDescription, type RunDescription } from '../src/run/description.ts';
import { withFrozen, withInitial } from '../src/run/initial.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

const usual = {
  ...{ epsilons: {}, removed: [], rule: 'interval' as const, resamples: 200, frames: 3 },
  ...{ checkpoint: 'last' as const, draw: false, compile: { threads: 1 } },
};

describe('one task, by hand', () => {
  const [steering] = tasksFor({ fields: ['steering'], numbers: { steering: 1 } });
  // One number a frame, truth 0: the absolute error is the number.
  const counts = (errors: readonly (number | null)[]) =>
    errors.map((error, k) => {
      const one = steering.accumulator();
      const fields: Sample['fields'] = error === null ? {} : { steering: numbersField([0]) };
      one.add({ values: Float32Array.of(error ?? 0) }, { id: `frame ${k}`, fields });
      return one;
    });
  const gate = (
    old: (number | null)[],
    now: (number | null)[],
    options: Partial<GateOptions> = {},
  ) =>
    gateTask(
      steering,
      { old: counts(old), now: counts(now) },
      old.map((_, k) => `frame ${k}`),
      { ...usual, ...options },
    );

  test('the split’s metric, the drop, its interval, ε and the frame that got worse', () => {
    const { metrics, worse, passes } = gate([1, 3], [2, 3], {
      epsilons: { 'steering/meanError': 0.5 },
    });
    const meanError = metrics.find(({ name }) => name === 'meanError');
    // Means 2 and 2.5; resamples of two frames drop by (1+1)/2, (1+0)/2 or 0.
    expect(meanError).toMatchObject({
      ...{ before: 2, after: 2.5, drop: 0.5, interval: [0, 1], epsilon: 0.5 },
      ...{ outcome: 'cannot tell', gated: true, passes: false },
    });
    // RMS: √5 and √6.5, ε 3 % of √5; resamples 1 → 2, 3 → 3, and both.
    const [rms] = metrics;
    expect(rms.drop).toBeCloseTo(Math.sqrt(6.5) - Math.sqrt(5), 12);
    expect(rms.epsilon).toBeCloseTo(0.03 * Math.sqrt(5), 12);
    expect(rms.interval).toEqual([0, 1]);
    expect(passes).toBe(false);
    expect(worse).toEqual([{ index: 0, frame: 'frame 0', before: 1, after: 2, drop: 1 }]);
  });

  test('frames that are hard for both do not widen the interval', () => {
    const hard = [1, 50, 3, 80, 2];
    const [, meanError] = gate(
      hard,
      hard.map((x) => x + 1),
    ).metrics;
    const [low, high] = meanError.interval!;
    expect(low).toBeCloseTo(1, 9);
    expect(high).toBeCloseTo(1, 9);
    expect(meanError.outcome).toBe('worse');
  });

  test('the rule of the estimate lets a drop within ε through, the interval does not', () => {
    const epsilons = { 'steering/meanError': 0.5, 'steering/rms': 0.5 };
    expect(gate([1, 3], [2, 3], { epsilons, rule: 'estimate' }).passes).toBe(true);
    expect(gate([1, 3], [2, 3], { epsilons }).passes).toBe(false);
  });

  test('frames without a truth: nothing can be told, and that is not let through', () => {
    const { metrics, passes } = gate([null, null], [null, null]);
    expect(metrics[0]).toMatchObject({ before: null, after: null, outcome: 'cannot tell' });
    expect(passes).toBe(false);
    // Beside frames with one they count for nothing.
    expect(gate([1, null], [1, null]).metrics[0]).toMatchObject({ drop: 0, outcome: 'same' });
  });

  test('a head of another kind is refused', () => {
    const [label] = tasksFor({ fields: ['steering'], labels: { steering: ['left', 'right'] } });
    expect(() => assertSameKind(steering, label, 'runs/new')).toThrow(
      'runs/new: the head steering is of another kind than before: expected regression with 1 channels, judged by rms (), meanError (); got classification with 2 channels, judged by accuracy (%)',
    );
    const same: VisionTask = { ...steering };
    expect(() => assertSameKind(steering, same, 'runs/new')).not.toThrow();
  });

  test('--epsilon is task/metric=number, once each', () => {
    expect(epsilonsOf(['depth/rms=0.5', 'edges/odsF=0'])).toEqual({
      'depth/rms': 0.5,
      'edges/odsF': 0,
    });
    for (const text of [
      'depth=1',
      'depth/rms',
      'depth/rms=',
      'depth/rms=x',
      'depth/rms=-1',
      '/rms=1',
    ]) {
      expect(() => epsilonsOf([text])).toThrow(`--epsilon ${text}: expected task/metric=number`);
    }
    expect(() => epsilonsOf(['depth/rms=1', 'depth/rms=2'])).toThrow('was given 1 already');
  });
});

describe('two runs', () => {
  let place: Scratch;
  let first: string;
  let second: string;

  beforeAll(async () => {
    place = await scratch();
    first = (await tinyRun(place, 'first')).folder;
    const others = ['shared', 'semantic'];
    const frozen = withFrozen(await tinyConfig(place, 'training.learningRate=0.05'), others);
    const config = await withInitial(frozen, [`${first}:${others.join()}`], place.runs);
    // It keeps one head as it is, changes another and has lost the third.
    const tasks = ['semantic', 'depth'];
    second = (await tinyRun(place, 'second', { config, tasks })).folder;
  });

  afterAll(() => rm(place.runs, { recursive: true, force: true }));
  afterEach(() => {
    process.exitCode = 0;
    jest.restoreAllMocks();
  });

  const gate = async (options: Partial<GateOptions> = {}): Promise<GateReport> =>
    (await gateRuns({ ...usual, before: first, after: second, ...options })).report;

  /** `replicate heads gate` in this process. */
  async function command(...args: string[]): Promise<{ out: string; err: string; code: unknown }> {
    const said = { out: '', err: '' };
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.out += String(text);
      return true;
    });
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.err += String(text);
      return true;
    });
    const program = new Command();
    addHeadsCommands(program);
    await program.parseAsync(['heads', 'gate', ...args, '--threads', '1'], { from: 'user' });
    return { ...said, code: process.exitCode };
  }

  /** A copy of the second run whose description says something else in parts of the configuration. */
  async function changedCopy(name: string, parts: Record<string, object>): Promise<string> {
    const folder = join(place.runs, name);
    await cp(second, folder, { recursive: true });
    const file = join(folder, 'run.json');
    const description = JSON.parse(await readFile(file, 'utf8')) as RunDescription;
    const config: Record<string, object> = { ...(description.config as object) };
    for (const [part, change] of Object.entries(parts))
      config[part] = { ...config[part], ...change };
    await writeFile(file, JSON.stringify({ ...description, config }));
    return folder;
  }

  const taskOf = ({ tasks }: GateReport, name: string) => tasks.find(({ task }) => task === name)!;

  test('an untouched head is the same to the last bit; the other one is as evaluate says', async () => {
    const report = await gate();
    expect(report.tasks.map(({ task, runs, passes }) => [task, runs, passes])).toEqual([
      ['semantic', 'both', true],
      ['depth', 'both', expect.any(Boolean)],
      ['instance', 'only old', false],
    ]);
    const { metrics, worse } = taskOf(report, 'semantic');
    for (const metric of metrics) {
      expect(metric).toMatchObject({ drop: 0, interval: [0, 0], outcome: 'same' });
    }
    expect(worse).toEqual([]);
    const evaluated = { split: 'val', checkpoint: 'last', compile: { threads: 1 } } as const;
    const old = await evaluateRun({ ...evaluated, run: first });
    const now = await evaluateRun({ ...evaluated, run: second });
    for (const { name, before, after, drop } of taskOf(report, 'depth').metrics) {
      expect(before).toBe(old.metrics[`depth/${name}`]);
      expect(after).toBe(now.metrics[`depth/${name}`]);
      expect(drop).not.toBe(0);
    }

    // Turned round, every drop has the other sign, and its interval is mirrored; a new head passes.
    const back = await gate({ before: second, after: first });
    expect(taskOf(back, 'instance')).toMatchObject({ runs: 'only new', passes: true, worse: [] });
    for (const task of ['semantic', 'depth']) {
      taskOf(report, task).metrics.forEach(({ drop, interval }, m) => {
        const other = taskOf(back, task).metrics[m];
        expect(other.drop! + drop!).toBe(0);
        expect(other.interval![0] + interval![1]).toBeCloseTo(0, 9);
        expect(other.interval![1] + interval![0]).toBeCloseTo(0, 9);
      });
    }
  });

  test('as a step of CI: exit code, table, JSON, JUnit and a picture', async () => {
    const isWorse = taskOf(await gate(), 'depth').metrics[0].drop! > 0;
    const [before, after] = isWorse ? [first, second] : [second, first];
    const out = join(place.runs, 'gate');
    const refused = await command(
      ...[after, '--against', before, '--epsilon', 'depth/meanError=0', '--out', out],
      ...['--resamples', '200', '--frames', '2', ...(isWorse ? ['--removed', 'instance'] : [])],
    );
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^refused: depth\/meanError \((worse|cannot tell)\)$/m);
    expect(refused.out).toMatch(/depth\/meanError.*\| refused/);
    expect(refused.out).toContain('depth: frames with the largest drops of meanError');
    const report = JSON.parse(await readFile(join(out, 'gate.json'), 'utf8')) as GateReport;
    expect(report).toMatchObject({ passes: false, data: { split: 'val', frames: 4 } });
    const { worse } = taskOf(report, 'depth');
    expect(worse.length).toBeGreaterThan(0);
    const junit = await readFile(join(out, 'gate.junit.xml'), 'utf8');
    expect(junit).toContain('<testsuites tests="3" failures="1" errors="0" skipped="1">');
    expect(junit).toMatch(/name="depth\/meanError">\s*<failure message="depth\/meanError /);
    expect(junit).toMatch(/name="instance">\s*<skipped message="(new: |taken away)/);
    const png = await decodePng(await readFile(join(out, 'worse-depth.png')), 'worse-depth.png');
    // Two lines of heads, then per frame a line of words and pictures of 32×64 in four columns of 84 px.
    expect(png).toMatchObject({ height: 40 + worse.length * (20 + 32) + 8, width: 560 });
    // The photograph and both predictions are there: more colours than words have.
    expect(new Set(Array.from(png.data)).size).toBeGreaterThan(50);

    await expect(command(after, '--against', before, '--out', out)).rejects.toThrow('gate.json');
    jest.restoreAllMocks();
    process.exitCode = 0;
    const passed = await command(after, '--against', after, '--json', '--resamples', '100');
    expect(passed.code).toBe(0);
    expect((JSON.parse(passed.out) as GateReport).passes).toBe(true);
  });

  test('a lost task is refused unless it was named, and what is named must be there', async () => {
    const loose = { 'semantic/iou': 1000, 'depth/meanError': 1000 };
    expect((await gate({ epsilons: loose })).passes).toBe(false);
    expect((await gate({ epsilons: loose, removed: ['instance'] })).passes).toBe(true);
    await expect(gate({ removed: ['depht'] })).rejects.toThrow(
      '--removed depht: no head of the old run that the new one lacks',
    );
    await expect(gate({ epsilons: { 'instance/rms': 1 } })).rejects.toThrow(
      '--epsilon instance/rms=1: no task of both runs has this metric',
    );
  });

  test('the ledger: parameters of heads and trunk, labelled frames, and losses as the heads’ own', async () => {
    const ledger = await ledgerOf({ run: first, checkpoint: 'last', compile: { threads: 1 } });
    const { heads, shared, total } = ledger;
    expect(heads.map(({ task }) => task)).toEqual(['semantic', 'instance', 'depth']);
    const description = await readDescription(first);
    const network = loadNetwork(description, await checkpointOf(first, 'last'), first);
    const counts = countParameters(parametersOf(network));
    expect([shared.parameters, total.parameters]).toEqual([counts.shared, counts.total]);
    expect(heads.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(counts.task);
    const dataset = await openStored({ root: place.tree, limits: ALL, holdOut: null });
    const losses: Record<string, number[]> = { semantic: [], instance: [], depth: [] };
    for (const id of dataset.list('val')) {
      const sample = await dataset.read(id, 'val', { height: 32, width: 64 });
      tf.tidy(() => {
        const { image } = sampleArrays(sample, [], imageNetNormalisation);
        const input = { image: tf.tensor(image, [1, 32, 64, 3]) };
        const { outputs } = network.forward(input, { training: false });
        for (const task of network.tasks) {
          const { value, mask } = task.encode(sample);
          const [target, known] = [value, mask].map((data) =>
            tf.tensor(data, [1, 32, 64, data.length / 2048]),
          );
          const loss = task.loss(outputs[task.name], target, known).dataSync()[0];
          if (mask.some((m) => m !== 0)) losses[task.name].push(loss);
        }
      });
    }
    for (const {
      task,
      labelled,
      frames,
      perThousand,
      parameters,
      multiplyAdds,
      validation,
      training,
      gap,
    } of heads) {
      expect([labelled, frames]).toEqual([12, 12]);
      expect(perThousand?.parameters).toBeCloseTo((1000 * parameters) / 12, 6);
      // 3×3 over 80 channels to 16, at 4×8 places; then 1×1 to the head's own channels.
      const channels = { semantic: 19, instance: 2, depth: 1 }[task]!;
      expect(multiplyAdds).toBe(32 * (9 * 80 * 16 + 16 * channels));
      expect(perThousand?.multiplyAdds).toBeCloseTo((1000 * multiplyAdds) / 12, 6);
      const mean = losses[task].reduce((a, b) => a + b, 0) / losses[task].length;
      expect(Math.abs(validation! - mean)).toBeLessThan(1e-4 * Math.abs(mean));
      expect(gap).toBe(validation! - training!);
    }
    network.model.dispose();
    expect(toMarkdown(ledgerTable(ledger))).toContain('12 training frames');
  });

  test('the coverage of labels: those that a run was left, alone and together', async () => {
    const few = { depth: { frames: 5, shuffled: false }, semantic: { frames: 3, shuffled: false } };
    const run = await changedCopy('few', { data: { labels: few } });
    const { heads, coverage } = await ledgerOf({
      ...{ run, checkpoint: 'last', compile: { threads: 1 } },
    });
    expect(heads.map(({ labelled }) => labelled)).toEqual([3, 5]);
    // The frames of fewer labels are among those of more.
    expect(coverage.train).toEqual({
      frames: 12,
      both: {
        semantic: { semantic: 3, depth: 3 },
        depth: { semantic: 3, depth: 5 },
      },
    });
    expect(coverage.val.both['depth']['semantic']).toBe(4);
    const { rows } = coverageTable(run, coverage);
    expect(rows[0].cells.slice(2)).toEqual(['3 of 12', '4 of 4']);
  });

  describe('what a knob does to every task', () => {
    /** A copy with another weight decay, seed, and depth error in its result. */
    async function told(name: string, seed: number, weightDecay: number, error: number) {
      const folder = await changedCopy(name, { training: { weightDecay } });
      const file = join(folder, 'run.json');
      const description = JSON.parse(await readFile(file, 'utf8')) as RunDescription;
      await writeFile(file, JSON.stringify({ ...description, seed }));
      const stored = join(folder, 'result.json');
      const { result, ...rest } = JSON.parse(await readFile(stored, 'utf8')) as {
        result: { metrics: Record<string, number> };
      };
      const metrics = { ...result.metrics, 'depth/meanError': error };
      await writeFile(stored, JSON.stringify({ ...rest, result: { ...result, metrics } }));
      return folder;
    }
    const importance = (runs: string[], against: string[]) =>
      importanceOf({ runs, against, resamples: 200, compile: { threads: 1 } });

    test('of one seed as the gate says, over frames', async () => {
      const [knob] = await importance([second], [first]);
      expect(knob.knob).toMatch(/^network\.init: \[\] → \[.*; network\.freeze: \[\] → /);
      expect([knob.over, knob.seeds]).toEqual(['frames', [1]]);
      const { tasks } = await gate();
      for (const { task, metrics } of tasks) {
        const { drop, interval, before, after } = metrics[0];
        const effect = knob.effects.find((one) => one.task === task);
        expect(effect).toMatchObject({ drop, interval, before, after });
      }
    });

    test('of several by Student’s t over seeds; runs with the same knobs are one row', async () => {
      const bases = [await told('base-1', 1, 0.1, 1), await told('base-2', 2, 0.1, 1.2)];
      const turned = [await told('knob-1', 1, 0.2, 1.1), await told('knob-2', 2, 0.2, 1.4)];
      const knobs = await importance(turned, bases);
      expect(knobs.map(({ knob, seeds, over }) => [knob, seeds, over])).toEqual([
        ['training.weightDecay: 0.1 → 0.2', [1, 2], 'seeds'],
      ]);
      const depth = knobs[0].effects.find(({ task }) => task === 'depth')!;
      expect(depth.drop).toBeCloseTo(0.15, 12);
      // Drops of 0.1 and 0.2: 12.706 · 0.0707 / √2 on either side.
      expect(depth.interval![0]).toBeCloseTo(0.15 - 0.6353, 3);
      expect(depth.finding).toBe('cannot tell');
      expect(toMarkdown(importanceTable(knobs))).toContain('0.1 → 0.2 (2 seeds)');
      await expect(importance(turned, bases.slice(0, 1))).rejects.toThrow(
        /knob-2: has seed 2, and no run of --against has; give one \(seeds there: 1\)/,
      );
      await expect(importance(turned, [bases[0], turned[1]])).rejects.toThrow(
        /expected runs that differ by the seed alone.*differs by training\.weightDecay: 0\.1 → 0\.2/,
      );
      await expect(importance([turned[0], turned[0]], bases)).rejects.toThrow('give one');
    });
  });

  test('other frames, other sizes and what is no run are one clear error each', async () => {
    await expect(gate({ epsilons: { 'depth/mean': 1 } })).rejects.toThrow('depth/meanError');
    await expect(gate({ after: join(place.runs, 'none') })).rejects.toThrow('no run.json in it');
    const three = await changedCopy('three', { data: { maxVal: 3 } });
    await expect(gate({ after: three })).rejects.toThrow(
      /three: expected the 4 validation frames of .*first, got 3 \(\S+ is not among them\)/,
    );
    const small = await changedCopy('small', { size: { height: 16, width: 32 } });
    await expect(gate({ after: small })).rejects.toThrow(
      /small: expected frames of 32×64 px, as .*first is judged on, got 16×32/,
    );
    // The frames of a run that recorded others.
    const changed = await changedCopy('changed', {});
    const file = join(changed, 'data.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as { files: Record<string, string> };
    const [name] = Object.keys(record.files).filter((key) => key.includes('/val/'));
    record.files[name] = '0123456789abcdef';
    await writeFile(file, JSON.stringify(record));
    await expect(gate({ after: changed })).rejects.toThrow(
      `changed: validated on other frames than those in ${place.tree}: of`,
    );
    // Training frames may differ: a head may learn from more of them.
    const trained = { files: { ...record.files } };
    const original = JSON.parse(await readFile(join(second, 'data.json'), 'utf8')) as typeof record;
    trained.files[name] = original.files[name];
    const [train] = Object.keys(record.files).filter((key) => key.includes('/train/'));
    trained.files[train] = '0123456789abcdef';
    await writeFile(file, JSON.stringify(trained));
    expect((await gate({ after: changed })).notes).toEqual([]);
    await rm(file);
    expect((await gate({ after: changed })).notes[0]).toContain('does not say what its data were');
  });
});
