import { join } from 'node:path';
import { didYouMean } from '@scene-mtl/data';
import { checkedBy } from '@scene-mtl/data/json';
import { walk } from '@scene-mtl/data/walk';
import { DESCRIPTION, descriptionSchema } from '../schema.ts';
import { cityscapesCoarse } from './cityscapes-coarse.ts';
import { cityscapesMtan, cityscapesMtan19 } from './cityscapes-mtan.ts';
import { iddLite } from './idd-lite.ts';
import { kitti2012 } from './kitti-2012.ts';
import { kitti2015 } from './kitti-2015.ts';
import { kittiDepth } from './kitti-depth.ts';
import { nyuv2Mtan } from './nyuv2-mtan.ts';
import { unpackedFolder, type Preset, type Recognised } from './preset.ts';

/** Published data sets whose folders are described without a word from the user (docs/data-sets.md). */
export const presets: readonly Preset[] = [
  ...[kitti2015, kitti2012, kittiDepth, nyuv2Mtan, cityscapesMtan, cityscapesMtan19],
  ...[cityscapesCoarse, iddLite],
];

/** A folder that a preset knows. */
export interface KnownFolder extends Recognised {
  readonly preset: Preset;
  /** Other presets that fit the folder too. */
  readonly others: readonly Preset[];
}

/**
 * Describes a folder by the first preset that knows it, or by the one of a name.
 * @param name of the preset; absent: whichever knows the folder
 * @returns undefined where no preset knows the folder and none was named
 * @throws for a name of no preset, or of one that does not know the folder
 */
export async function describeByPreset(
  root: string,
  name?: string,
): Promise<KnownFolder | undefined> {
  const named = presets.filter((preset) => name === undefined || preset.name === name);
  if (named.length === 0) {
    const names = presets.map((preset) => preset.name);
    throw new Error(`no preset '${name}'; ${didYouMean(name!, names)}`);
  }
  const { files } = await walk(root);
  const folder = unpackedFolder(root, files);
  const found: (Recognised & { readonly preset: Preset })[] = [];
  for (const preset of named) {
    const recognised = await preset.recognise(folder);
    if (recognised) found.push({ ...recognised, preset });
  }
  if (found.length === 0) {
    if (name === undefined) return undefined;
    const some = files.slice(0, 3).join(', ') || 'nothing';
    throw new Error(
      `${root}: not of the form of ${named[0].title}; found ${some} (docs/data-sets.md)`,
    );
  }
  const [first, ...others] = found;
  // A preset that could not be read back would be a fault of ours.
  checkedBy(descriptionSchema, first.description, join(root, DESCRIPTION));
  return { ...first, others: others.map(({ preset }) => preset) };
}
