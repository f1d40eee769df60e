import { join } from 'node:path';
import type { Split } from '../dataset.ts';

/** Kinds of file in a Cityscapes tree that go with a photograph: folder and ending. */
export const PARTNERS = {
  semantic: ['gtFine', 'gtFine_labelIds.png'],
  instance: ['gtFine', 'gtFine_instanceIds.png'],
  disparity: ['disparity', 'disparity.png'],
  normals: ['normals', 'normals.png'],
  camera: ['camera', 'camera.json'],
  centres: ['centres', 'centres.json'],
} as const;

/** Kind of a file beside the photograph. */
export type Partner = keyof typeof PARTNERS;

/** All kinds. */
export const PARTNER_KINDS = Object.keys(PARTNERS) as readonly Partner[];

/** Folder of the photographs. */
export const PHOTOS = 'leftImg8bit';

/** Where the photograph of a frame such as `aachen_000000_000019` is written. */
export function photoPath(root: string, split: Split, id: string): string {
  return join(root, PHOTOS, split, cityOf(id), `${id}_leftImg8bit.png`);
}

/** Where a partner file of a frame is written. */
export function partnerPath(root: string, split: Split, id: string, kind: Partner): string {
  const [folder, ending] = PARTNERS[kind];
  return join(root, folder, split, cityOf(id), `${id}_${ending}`);
}

const cityOf = (id: string) => id.slice(0, id.indexOf('_'));
