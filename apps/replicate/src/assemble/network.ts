import {
  architectureNamed,
  dilatedResidual,
  frozen,
  mobileNet,
  multiTaskModel,
  partsOf,
  resNet,
  scaledRates,
  withAspp,
  type Encoder,
  type MultiTaskModel,
  type Task,
} from '@scene-mtl/core';
import type { Size } from '@scene-mtl/data';
import type { VisionTask } from '@scene-mtl/vision-heads';
import {
  imageNetNormalisation,
  symmetricNormalisation,
  type Normalisation,
} from '@scene-mtl/vision-heads/targets';
import type { Config } from '../config/schema.ts';

/** The encoder of a configuration, of which no layer is built yet. */
export function encoderOf({ network, size }: Pick<Config, 'network' | 'size'>): Encoder {
  const { encoder } = network;
  const sides = [size.height, size.width] as const;
  const aspp = (channels: number, outputStride: number) => ({
    channels,
    rates: scaledRates(sides, outputStride),
  });
  switch (encoder.kind) {
    case 'dilated-residual': {
      const { stem, channels, asppChannels } = encoder;
      return dilatedResidual({ stem, channels, aspp: aspp(asppChannels, 8) });
    }
    case 'resnet101':
      return withAspp(resNet({ depth: 101, outputStride: 8 }), aspp(encoder.asppChannels, 8));
    case 'mobilenet': {
      const { alpha, outputStride, blocks, asppChannels } = encoder;
      const backbone = mobileNet({ alpha, outputStride, blocks });
      return asppChannels === null
        ? backbone
        : withAspp(backbone, aspp(asppChannels, outputStride));
    }
  }
}

/** @throws naming the architecture or the option that is not known */
const architectureOf = ({ architecture: { name, options } }: Config['network']) =>
  architectureNamed(name).make(options);

/** How the network wants its images: as its ImageNet weights were trained, with or without them. */
export const normalisationOf = ({ network }: Pick<Config, 'network'>): Normalisation =>
  network.encoder.kind === 'mobilenet' ? symmetricNormalisation : imageNetNormalisation;

/** A network whose tasks know all that belongs to them. */
export type VisionNetwork = NetworkOf<VisionTask>;

/** A network that knows its tasks by their own type. */
export type NetworkOf<T extends Task> = Omit<MultiTaskModel, 'tasks'> & {
  readonly tasks: readonly T[];
};

/**
 * The network of a configuration with its initial weights, and with what it freezes.
 * @param size of its pictures, px; another one than the configuration's changes no weight and no dilation
 */
export function networkOf<T extends Task>(
  config: Pick<Config, 'network' | 'size'>,
  tasks: readonly T[],
  seed: number,
  size: Size = config.size,
): NetworkOf<T> {
  const { network } = config;
  const whole = multiTaskModel({
    encoder: encoderOf(config),
    tasks,
    size: [size.height, size.width],
    decoder: {
      ...network.decoder,
      dropout: Object.fromEntries(
        Object.entries(network.heads).map(([name, { dropout }]) => [name, dropout]),
      ),
    },
    seed,
    architecture: architectureOf(network),
  });
  return { ...frozen(whole, partsOf(whole, network.freeze)), tasks };
}
