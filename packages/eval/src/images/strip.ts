import {
  colourClasses,
  colourDisparity,
  colourInstances,
  colourVectors,
  type Palette,
  type Rgb,
} from './colours.ts';

/** One of the two sides of a strip: the truth or the prediction; what is absent is left out. */
export interface StripSide {
  /** Class per pixel `u8 [H, W]`, 255 void. */
  readonly classes?: Uint8Array;
  /** Object per pixel `u16 [H, W]`, 0 none. */
  readonly instances?: Uint16Array;
  /** Centre vectors (dx, dy) `f32 [H, W, 2]` in px, and where they count `u8 [H, W]`. */
  readonly vectors?: Float32Array;
  readonly vectorMask?: Uint8Array;
  /** Disparity `f32 [H, W]` in px, and where it is known `u8 [H, W]`. */
  readonly disparity?: Float32Array;
  readonly disparityValid?: Uint8Array;
}

/** One validation image with truth and prediction, as typed arrays of one size. */
export interface StripInput {
  readonly height: number;
  readonly width: number;
  /** Photo, RGB `u8 [H, W, 3]`. */
  readonly photo: Uint8Array;
  readonly palette: Palette;
  readonly truth: StripSide;
  readonly prediction: StripSide;
  /** Top of the disparity colours, px (default: the largest known true disparity). */
  readonly maxDisparity?: number;
  /** Top of the vector colours, px (default: the longest true vector). */
  readonly maxVector?: number;
}

/** One picture of a strip, with its name for captions. */
export interface Panel extends Rgb {
  readonly name: string;
}

/**
 * The pictures of a strip in reading order: photo | classes truth, prediction | instances truth,
 * prediction | centre vectors truth, prediction | disparity truth, prediction. Truth and prediction
 * share one colour scale. Only what the input has is drawn.
 *
 * @throws RangeError when an array does not fit height × width
 */
export function stripPanels(input: StripInput): Panel[] {
  const { height, width, photo, palette, truth, prediction } = input;
  if (photo.length !== 3 * height * width) {
    throw new RangeError(
      `strip: photo must be RGB [${height}, ${width}, 3] = ${3 * height * width} bytes, got ${photo.length}`,
    );
  }
  const maxDisparity = input.maxDisparity ?? largestDisparity(truth);
  const maxVector = input.maxVector ?? longestVector(truth);
  const sides = [
    ['truth', truth],
    ['prediction', prediction],
  ] as const;
  const panels: Panel[] = [{ name: 'photo', height, width, data: photo }];
  for (const [side, { classes }] of sides) {
    if (classes) {
      panels.push({ name: `classes, ${side}`, ...colourClasses(classes, height, width, palette) });
    }
  }
  for (const [side, { instances }] of sides) {
    if (instances) {
      panels.push({ name: `instances, ${side}`, ...colourInstances(instances, height, width) });
    }
  }
  for (const [side, { vectors, vectorMask }] of sides) {
    if (vectors) {
      const picture = colourVectors(vectors, vectorMask, height, width, maxVector);
      panels.push({ name: `centre vectors, ${side}`, ...picture });
    }
  }
  for (const [side, { disparity, disparityValid }] of sides) {
    if (disparity) {
      const picture = colourDisparity(disparity, disparityValid, height, width, maxDisparity);
      panels.push({ name: `disparity, ${side}`, ...picture });
    }
  }
  return panels;
}

/** The panels of a strip side by side in one PNG, 4 px of white between them. */
export async function strip(input: StripInput): Promise<Buffer> {
  const panels = stripPanels(input);
  const gap = 4;
  const width = panels.length * (input.width + gap) - gap;
  const data = new Uint8Array(3 * width * input.height).fill(255);
  panels.forEach((panel, k) => {
    for (let y = 0; y < input.height; y++) {
      const row = panel.data.subarray(3 * y * input.width, 3 * (y + 1) * input.width);
      data.set(row, 3 * (y * width + k * (input.width + gap)));
    }
  });
  return panelPng({ height: input.height, width, data });
}

/** One RGB picture as PNG, lossless. */
export async function panelPng({ height, width, data }: Rgb): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

// Scale of 1 where there is nothing to scale by: the picture is then flat, not an error.
function largestDisparity({ disparity, disparityValid }: StripSide): number {
  let most = 0;
  disparity?.forEach((d, i) => {
    if (disparityValid?.[i] !== 0 && d > most) most = d;
  });
  return most || 1;
}

function longestVector({ vectors, vectorMask }: StripSide): number {
  let most = 0;
  for (let i = 0; vectors && i < vectors.length / 2; i++) {
    if (vectorMask?.[i] === 0) continue;
    most = Math.max(most, Math.hypot(vectors[2 * i], vectors[2 * i + 1]) || 0);
  }
  return most || 1;
}
