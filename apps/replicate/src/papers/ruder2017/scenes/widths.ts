import type { Config } from '../../../config/schema.ts';

/**
 * The configuration with so many times the channels, in encoder and decoders; undefined where the encoder's are
 * given by what it is.
 */
export function widened(config: Config, factor: number): Config | undefined {
  if (factor === 1) return config;
  const { encoder, decoder } = config.network;
  if (encoder.kind !== 'dilated-residual') return undefined;
  const wide = (channels: number): number => Math.max(1, Math.round(factor * channels));
  const [first, second, third] = encoder.channels;
  return {
    ...config,
    network: {
      ...config.network,
      encoder: {
        ...encoder,
        stem: wide(encoder.stem),
        channels: [wide(first), wide(second), wide(third)],
        asppChannels: wide(encoder.asppChannels),
      },
      decoder: { ...decoder, width: wide(decoder.width) },
    },
  };
}
