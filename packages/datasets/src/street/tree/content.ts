import { createHash } from 'node:crypto';
import { partnerPath, photoPath, type Partner } from '../../cityscapes/paths.ts';
import type { Dataset, Split } from '../../dataset.ts';
import { readIds, readTriples, readWords } from '../../image/ids.ts';
import { readPhoto } from '../../image/photo.ts';
import type { Manifest } from './manifest.ts';
import { planTree } from './plan.ts';

/** The decoded images of a frame. */
export interface FrameContent {
  readonly image: Uint8Array;
  readonly labelIds: Uint8Array;
  readonly instanceIds: Uint16Array;
  /** As recorded, 0 where not known. */
  readonly disparity: Uint16Array;
  /** Where the tree has them. */
  readonly normals?: Uint8Array;
}

/** SHA-256 of a frame's decoded images: the same on every machine. */
export function frameHash(content: FrameContent): string {
  const { image, labelIds, instanceIds, disparity, normals } = content;
  const hash = createHash('sha256');
  for (const part of [image, labelIds, instanceIds, disparity, ...(normals ? [normals] : [])]) {
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}

/** Hash of a tree from those of its frames in the order of its plan. */
export const treeHash = (hashes: readonly string[]): string =>
  createHash('sha256').update(hashes.join('\n')).digest('hex');

/**
 * Compares a generated tree with its manifest: the frames there are, and the hash of their content.
 * @returns what is wrong, nothing when all is well
 * @throws when a file cannot be read
 */
export async function contentProblems(
  root: string,
  dataset: Dataset,
  { seed, frames, hash, normals }: Manifest,
  onProgress?: (done: number, total: number) => void,
): Promise<string[]> {
  const plan = planTree(seed, frames);
  const planned = new Set(plan.map(({ split, id }) => `${split}/${id}`));
  const found = (['train', 'val', 'test'] as const).flatMap((split) =>
    dataset.list(split).map((id) => `${split}/${id}`),
  );
  const there = new Set(found);
  const missing = [...planned].filter((name) => !there.has(name));
  const foreign = found.filter((name) => !planned.has(name));
  const named = (list: string[]) => `${list.length} (${list.slice(0, 3).join(', ')})`;
  if (missing.length + foreign.length > 0) {
    return [
      ...(missing.length > 0
        ? [`${root}: of street.json's frames are missing: ${named(missing)}`]
        : []),
      ...(foreign.length > 0
        ? [`${root}: frames that street.json does not have: ${named(foreign)}`]
        : []),
    ];
  }
  const hashes: string[] = [];
  for (const { split, id } of plan) {
    hashes.push(frameHash(await readContent(root, split, id, normals === true)));
    onProgress?.(hashes.length, plan.length);
  }
  const content = treeHash(hashes);
  if (content === hash) return [];
  return [
    `${root}: the content is ${content.slice(0, 16)}, but street.json says ${hash.slice(0, 16)}; files were changed, generate the tree again`,
  ];
}

async function readContent(
  root: string,
  split: Split,
  id: string,
  normals: boolean,
): Promise<FrameContent> {
  const path = (kind: Partner) => partnerPath(root, split, id, kind);
  return {
    image: (await readPhoto(photoPath(root, split, id))).data,
    labelIds: Uint8Array.from((await readIds(path('semantic'))).data),
    instanceIds: (await readWords(path('instance'))).data,
    disparity: (await readWords(path('disparity'))).data,
    ...(normals && { normals: (await readTriples(path('normals'))).data }),
  };
}
