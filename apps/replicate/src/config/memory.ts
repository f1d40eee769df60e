import { totalmem } from 'node:os';
import type { Config } from './schema.ts';

type Sized = Pick<Config, 'size' | 'network' | 'training'>;

/** Channels of the first layer, which sees half the rows and columns. */
function stemOf({ encoder }: Config['network']): number {
  if (encoder.kind === 'dilated-residual') return encoder.stem;
  // Width of the first layer of MobileNet v1 (Howard et al. 2017, table 1) and of ResNet (He et al. 2016, table 1).
  return encoder.kind === 'mobilenet' ? 32 * encoder.alpha : 64;
}

/**
 * Bytes that one image of a batch takes in a training step, at least: the float32 image itself, and two numbers
 * per px for each channel of the first layer. Measured on the quick profile (stem 32, three tasks): 850 bytes per
 * px, where this says 268.
 */
export const bytesPerImage = ({ size, network }: Pick<Config, 'size' | 'network'>): number =>
  4 * size.height * size.width * (3 + 2 * stemOf(network));

/**
 * Bytes of the trained numbers, at least: the kernels between the stages that a configuration gives the widths of,
 * each with its gradient, its momentum and its change.
 */
export function bytesOfWeights({ network: { encoder, decoder } }: Pick<Config, 'network'>): number {
  const widths = encoder.kind === 'dilated-residual' ? [encoder.stem, ...encoder.channels] : [];
  const features = encoder.asppChannels ?? widths.at(-1) ?? 1;
  const between = widths.slice(1).map((width, i) => 9 * width * widths[i]);
  // A pyramid has three dilated branches, and a decoder its own kernel.
  const pyramid = 27 * (widths.at(-1) ?? 1) * (encoder.asppChannels ?? 0);
  const numbers = [...between, pyramid, decoder.kernel ** 2 * features * decoder.width];
  return 16 * numbers.reduce((a, b) => a + b, 0);
}

/** Bytes that this process may use: the machine's, or what a container leaves it. */
function memory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Refuses a configuration that cannot fit, before anything is made. The bounds are low: what passes may still be
 * too large.
 * @param source named in the error
 * @throws with the largest batch that fits
 */
export function checkMemory(config: Sized, source: string, bytes: number = memory()): void {
  const { size, training } = config;
  const gib = (n: number) => `${(n / 2 ** 30).toFixed(1)} GiB`;
  const left = bytes - bytesOfWeights(config);
  if (left <= 0) {
    throw new Error(
      `${source}: network: expected fewer channels: its weights alone take ${gib(bytesOfWeights(config))} ` +
        `or more, this machine has ${gib(bytes)}`,
    );
  }
  const largest = Math.floor(left / bytesPerImage(config));
  if (training.batchSize <= largest) return;
  const px = `${size.height} × ${size.width} px`;
  throw new Error(
    largest < 1
      ? `${source}: size: expected fewer px: an image of ${px} takes ${gib(bytesPerImage(config))} or more, ` +
          `this machine has ${gib(bytes)}`
      : `${source}: training.batchSize: expected at most ${largest}, got ${training.batchSize}: more images of ` +
          `${px} do not fit into the ${gib(bytes)} of this machine; training.accumulate=N makes a step of N batches`,
  );
}
