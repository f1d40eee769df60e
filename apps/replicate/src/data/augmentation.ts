import {
  compose,
  horizontalFlip,
  photometricJitter,
  randomCrop,
  randomScale,
  type Transform,
} from '@scene-mtl/datasets';
import type { Size } from '@scene-mtl/data';
import type { Config } from '../config/schema.ts';

/** How training images are changed at random; plain numbers, which can be sent to another thread. */
export interface Augmentation extends Pick<Config['training'], 'flip' | 'zoom' | 'jitter'> {
  /** Of the images that the network gets, px. */
  readonly size: Size;
}

/** What a configuration says of it. */
export const augmentationOf = ({
  size,
  training: { flip, zoom, jitter },
}: Config): Augmentation => ({
  size,
  flip,
  zoom,
  jitter,
});

/** Size at which training images are read: the largest that a zoom asks for, so that none is blurred. */
export const readSize = ({ size, zoom }: Augmentation): Size => ({
  height: Math.round(size.height * zoom),
  width: Math.round(size.width * zoom),
});

/**
 * Flip; with a zoom above 1 a random scale and window, where objects that the window cuts keep their
 * centre; with a jitter above 0 other light and colours.
 */
export function augment({ size, flip, zoom, jitter }: Augmentation): Transform {
  const mirror = horizontalFlip(flip);
  const window = zoom === 1 ? [] : [randomScale(1 / zoom, 1), randomCrop(size)];
  const light =
    jitter === 0
      ? []
      : [photometricJitter({ brightness: jitter, contrast: jitter, saturation: jitter })];
  return compose(mirror, ...window, ...light);
}
