import type { Palette, Rgb } from './colours.ts';

/** What explains the colours of a picture. */
export type ColourKey =
  | {
      readonly kind: 'names';
      /** Without a colour where a text is about the whole picture. */
      readonly entries: readonly { readonly colour?: Palette[number]; readonly text: string }[];
    }
  | {
      readonly kind: 'scale';
      /** From the colour of `from` to that of `to`, evenly. */
      readonly colours: Palette;
      readonly from: number;
      readonly to: number;
      readonly unit: string;
    };

/** A word on a picture. */
export interface PictureLabel {
  readonly text: string;
  /** Middle of the text, px of the picture. */
  readonly row: number;
  readonly column: number;
}

/** A picture with what explains it. */
export interface Overlay {
  readonly title: string;
  readonly picture: Rgb;
  readonly key: ColourKey;
  readonly labels?: readonly PictureLabel[];
}
