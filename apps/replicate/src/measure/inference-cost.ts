import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costOf } from '@scene-mtl/core';
import { median } from '@scene-mtl/eval';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { networkOf } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import { exportOnnx } from '../export/onnx.ts';

/** What a network costs where it is used. */
export interface InferenceCost {
  readonly parameters: number;
  /** Of one image, in convolutions and dense layers: see `costOf`. */
  readonly multiplyAdds: number;
  /** Milliseconds an image of the run's size: the median over rounds, one thread. */
  readonly milliseconds: number;
}

/** Rounds that count, and before them. */
const [ROUNDS, WARM_UP] = [15, 2];

/** A network by its configuration and tasks. */
export interface CostedNetwork {
  readonly config: Pick<Config, 'network' | 'size'>;
  readonly tasks: readonly VisionTask[];
}

/**
 * What networks cost: each is exported to ONNX and run there, one image at
 * a time on one thread, in turns, so that what else the machine does falls on all alike. Weights do not matter, so
 * they are those of a fresh network.
 * @returns in their order
 */
export async function inferenceCosts(networks: readonly CostedNetwork[]): Promise<InferenceCost[]> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const folder = await mkdtemp(join(tmpdir(), 'inference-cost-'));
  const made: (ReturnType<typeof costOf> & {
    run: () => Promise<unknown>;
    release: () => Promise<void>;
  })[] = [];
  try {
    for (const [k, { config, tasks }] of networks.entries()) {
      const { height, width } = config.size;
      const pixels = Float32Array.from({ length: height * width * 3 }, (_, i) => Math.sin(i));
      const network = networkOf(config, tasks, 1);
      const cost = costOf(network);
      const file = join(folder, `${k}.onnx`);
      try {
        await exportOnnx(network, file, 1, {});
      } finally {
        network.model.dispose();
      }
      const session = await InferenceSession.create(file, {
        ...{ logSeverityLevel: 3, intraOpNumThreads: 1, interOpNumThreads: 1 },
      });
      const image = new Tensor('float32', pixels, [1, height, width, 3]);
      made.push({
        ...cost,
        run: () => session.run({ image }),
        release: () => session.release(),
      });
    }
    const times = made.map((): number[] => []);
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const [k, { run }] of made.entries()) {
        const before = performance.now();
        await run();
        if (round >= 0) times[k].push(performance.now() - before);
      }
    }
    return made.map(({ parameters, multiplyAdds }, k) => ({
      ...{ parameters, multiplyAdds },
      milliseconds: median(times[k]),
    }));
  } finally {
    for (const { release } of made) await release();
    await rm(folder, { recursive: true, force: true });
  }
}
