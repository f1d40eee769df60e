/** Height and width in px. */
interface Size {
  readonly height: number;
  readonly width: number;
}

/** A size of the pictures of a split. */
export interface ImageSize extends Size {
  /** How many have it. */
  readonly images: number;
}

/** The size that the sizes of the official scripts are meant for. */
export const OFFICIAL_SIZE: Size = { height: 1024, width: 2048 };

/**
 * Pixels of a picture as a share of an official one.
 *
 *     area = H · W / (1024 · 2048)
 */
export const areaOf = ({ height, width }: Size): number =>
  (height * width) / (OFFICIAL_SIZE.height * OFFICIAL_SIZE.width);

/** `H×W`, as sizes are written everywhere. */
export const sizeText = ({ height, width }: Size): string => `${height}×${width}`;

/** Sizes of a split's pictures, counted one by one. */
export interface SizeTally {
  add(size: Size, file: string): void;
  result(): ImageSize[];
}

/**
 * Counts sizes, in the order in which they first occur.
 * @param single true where all must have one size; `add` then throws an Error naming two files
 */
export function sizeTally(single: boolean): SizeTally {
  const sizes = new Map<string, ImageSize & { readonly file: string }>();
  return {
    add({ height, width }, file) {
      const known = sizes.get(sizeText({ height, width }));
      const [first] = sizes.values();
      if (single && !known && first) {
        throw new Error(
          `${file}: is ${sizeText({ height, width })}, but ${first.file} is ${sizeText(first)} (height × width); sizes can be scaled by area for pictures of one size only`,
        );
      }
      const entry = { height, width, images: (known?.images ?? 0) + 1, file: known?.file ?? file };
      sizes.set(sizeText(entry), entry);
    },
    result: () =>
      [...sizes.values()].map(({ height, width, images }) => ({ height, width, images })),
  };
}
