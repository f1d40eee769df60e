import { describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compilerArguments, nvidiaWheels } from '../scripts/setup-gpu.ts';
import { catalogue } from '../src/index.ts';
import { engineReports, listing, main, type EngineReport } from '../src/engines/cli.ts';

tf.env().set('PROD', true);

const trial = { losses: [42.25, 16.01], ms: 1.25 } as const;

describe('the listing of engines', () => {
  test('tries what is present, once each, and not what is missing', async () => {
    const tried: string[] = [];
    const reports = await engineReports(({ id }) => {
      tried.push(id);
      return Promise.resolve(id === 'cpu' ? { trial } : { error: 'broken' });
    });
    expect(reports.map(({ id }) => id)).toEqual(catalogue.map(({ id }) => id));
    expect(tried).toEqual(reports.filter(({ present }) => present).map(({ id }) => id));
    expect(reports.find(({ id }) => id === 'cpu')).toMatchObject({ works: true, trial });
    expect(reports.find(({ id }) => id === 'onnx/cpu')).toMatchObject({
      works: false,
      why: 'broken',
      command: 'npm ci',
    });
    for (const { present, works, command } of reports) {
      if (!present) expect([works, typeof command]).toEqual([undefined, 'string']);
    }
  });

  test('marks the first that works, and gives the command for the others', () => {
    const reports: EngineReport[] = [
      { id: 'onnx/cuda', title: 't', present: false, why: 'no library', command: 'get cuda' },
      {
        id: 'onnx/webgpu',
        title: 't',
        present: true,
        works: false,
        why: 'none',
        command: 'driver',
      },
      { id: 'cpu', title: 'slow', present: true, works: true, why: 'tfjs', version: '4', trial },
    ];
    expect(listing(reports).split('\n')).toEqual([
      '  onnx/cuda    missing  no library',
      '                        get it: get cuda',
      '  onnx/webgpu  fails    none',
      '                        get it: driver',
      '→ cpu          works    tfjs 4: slow',
      '                        tiny training step: loss 42.250 → 16.010, 1.3 ms',
    ]);
  });

  test('--try prints one line of JSON; an engine that fails gives its reason and code 1', async () => {
    const lines: string[] = [];
    expect(await main(['--try', 'onnx/cpu'], (text) => lines.push(text))).toBe(0);
    const { trial: shown } = JSON.parse(lines[0]) as { trial: { losses: number[] } };
    expect(shown.losses[0]).toBeCloseTo(42.25, 4);
    await expect(main(['--try', 'tpu'])).rejects.toThrow("engine 'tpu': expected one of");
  });

  test('an unknown flag is an error', async () => {
    await expect(main(['--jsno'])).rejects.toThrow("Unknown option '--jsno'");
  });
});

describe('setup:gpu', () => {
  // Lines of the METADATA of tensorflow 2.15.1 (cp311, manylinux2014_x86_64), as PyPI serves it.
  const metadata = [
    'Requires-Dist: numpy (<2.0.0,>=1.23.5)',
    "Requires-Dist: nvidia-cublas-cu12 (==12.2.5.6) ; extra == 'and-cuda'",
    "Requires-Dist: nvidia-cudnn-cu12 (==8.9.4.25) ; extra == 'and-cuda'",
    'Requires-Dist: nvidia-nccl-cu12==2.16.5; extra == "and-cuda"',
  ].join('\n');

  test('takes the NVIDIA packages that a TensorFlow wheel names, at their versions', () => {
    expect(nvidiaWheels(metadata)).toEqual([
      'nvidia-cublas-cu12==12.2.5.6',
      'nvidia-cudnn-cu12==8.9.4.25',
      'nvidia-nccl-cu12==2.16.5',
    ]);
    expect(nvidiaWheels('Name: tensorflow-cpu')).toEqual([]);
  });

  test('compiles the addon to find its libraries beside itself', () => {
    const args = compilerArguments('/p/lib/napi-v8/tfjs_binding.node', 8, '/h');
    expect(args).toContain('-DNAPI_VERSION=8');
    expect(args).toContain('-I/h');
    expect(args[args.indexOf('-o') + 1]).toBe('/p/lib/napi-v8/tfjs_binding.node');
    expect(args).toContain('-Wl,-rpath,$ORIGIN/../../deps/lib');
  });
});
