import { differenceText, recordedData, type Contents, type ProgressLine } from '@scene-mtl/lab';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { contentsOfData } from '../data/contents.ts';
import { runsOf } from '../predict/evaluate-run.ts';
import type { OpenedRun } from './opened-run.ts';

type Side = Pick<OpenedRun, 'folder' | 'description' | 'dataset'>;

/**
 * Refuses two runs that were not validated on the same frames: of another size, other frames, or files that
 * are no longer what either run recorded (`data.json`). What they were trained on may differ.
 * @returns what could not be checked, a sentence each
 * @throws naming what differs
 */
export async function assertSameFrames(
  before: Side,
  after: Side,
  line: ProgressLine,
): Promise<string[]> {
  const [was, is] = [before, after].map(({ description: { config } }) => config.size);
  if (was.height !== is.height || was.width !== is.width) {
    throw new Error(
      `${after.folder}: expected frames of ${was.height}×${was.width} px, as ${before.folder} is judged ` +
        `on, got ${is.height}×${is.width}; only runs of one size are compared`,
    );
  }
  assertSameList(before, after);
  const now = await contentsOfData(after.dataset, await runsOf(after.folder), line, ['val']);
  if (!now) return [];
  const notes: string[] = [];
  for (const { folder } of [before, after]) {
    const recorded = await recordedData(folder);
    if (!recorded) {
      notes.push(
        `${folder} does not say what its data were (no data.json): whether its validation frames are these is not known`,
      );
      continue;
    }
    const difference = differenceText(those(recorded, now.files), now.files);
    if (difference === undefined) continue;
    throw new Error(
      `${folder}: validated on other frames than those in ${now.root}: ${difference}; the runs of a ` +
        `comparison need the same ones (data.json): train again on these, or give the former data back`,
    );
  }
  return notes;
}

/** Of what a run recorded, the files of some names: it recorded its training frames as well. */
const those = (recorded: Contents['files'], names: Contents['files']): Contents['files'] =>
  Object.fromEntries(Object.entries(recorded).filter(([name]) => Object.hasOwn(names, name)));

function assertSameList(before: Side, after: Side): void {
  const [was, is] = [before, after].map(({ dataset }) => dataset.list('val'));
  const other = [is.find((id) => !was.includes(id)), was.find((id) => !is.includes(id))];
  if (was.length === is.length && other.every((id) => id === undefined)) return;
  const [added, gone] = other;
  const named = added === undefined ? `${gone} is not among them` : `${added} is new`;
  throw new Error(
    `${after.folder}: expected the ${was.length} validation frames of ${before.folder}, got ${is.length} ` +
      `(${named}); the runs of a comparison need the same ones`,
  );
}

/**
 * The heads of a name in two networks.
 * @throws when they are of other kinds, so that their numbers mean something else
 */
export function assertSameKind(before: VisionTask, after: VisionTask, folder: string): void {
  const [was, is] = [before, after].map(
    ({ kit, outputChannels, metrics }) =>
      `${kit.name} with ${outputChannels} channels, judged by ${metrics.map(({ name, unit }) => `${name} (${unit})`).join(', ')}`,
  );
  if (was === is) return;
  throw new Error(
    `${folder}: the head ${after.name} is of another kind than before: expected ${was}; got ${is}`,
  );
}
