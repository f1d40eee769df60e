import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { readMetrics, type MetricsRecord } from '../training/metrics-log.ts';
import {
  eventHead,
  imagesEvent,
  restartEvent,
  scalarsEvent,
  versionEvent,
  type EventImage,
} from './events.ts';
import {
  isSessionEnd,
  sessionEndEvent,
  sessionStartEvent,
  type HyperParameters,
} from './hparams.ts';
import { framed, recordsOf } from './records.ts';

/** What {@link openEventLog} takes. */
export interface EventLogOptions {
  /** Folder of the run: its `metrics.jsonl` tells what an event file that is lost had. */
  readonly folder: string;
  /** Step from which the run goes on; 0 for a fresh one. */
  readonly from: number;
  readonly hparams: HyperParameters;
  /** Seconds since 1970; default: the clock's. */
  readonly now?: () => number;
  /** Default: this machine's name. */
  readonly host?: string;
}

/** The event file of a run that is being trained. What is called is in the file when its promise is kept. */
export interface EventLog {
  readonly file: string;
  scalars(record: MetricsRecord): Promise<void>;
  /** Pictures at a step. */
  images(step: number, images: readonly EventImage[]): Promise<void>;
  /** The run is finished. */
  end(step: number): Promise<void>;
}

/** `events.out.tfevents.<seconds>.<host>`, as TensorBoard looks for it. */
const NAME = /^events\.out\.tfevents\.(\d+)\.(.+)$/;

/**
 * Opens the event file of a run, for TensorBoard to read while it grows: `events.out.tfevents.<seconds>.<host>`,
 * TFRecords of `tensorflow.Event`, each with the second in which it was written. A run that goes on gets a new
 * file, which begins with the events of the old one up to that step, their times kept, and tells a TensorBoard
 * that looks on to read it from the start; the old one goes. So no step stands there twice.
 * @example
 * ```ts
 * import { openEventLog } from '@scene-mtl/core';
 * const log = await openEventLog({ folder: '.', from: 0, hparams: { rate: 0.1 } });
 * await log.scalars({ step: 10, kind: 'train', values: { 'loss/depth': 0.5 } });
 * await log.end(10);
 * ```
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const { folder, from, hparams, now = () => Date.now() / 1000, host = hostname() } = options;
  const old = (await eventFiles(folder)).sort((a, b) => a.seconds - b.seconds);
  const last = old.at(-1);
  const kept = last && from > 0 ? await keptEvents(join(folder, last.name), from) : [];
  const opened = now();
  const begun = kept.length > 0 ? eventHead(kept[0]).wallTime : opened;
  const events = [
    versionEvent(begun),
    ...(last ? [restartEvent(begun)] : []),
    ...(kept.length > 0 ? kept : [sessionStartEvent(hparams, opened)]),
    ...(await lostEvents(folder, from, kept)),
  ];
  // A clock may go back, but the newest file is the last by name.
  const seconds = Math.max(Math.floor(opened), (last?.seconds ?? 0) + 1);
  const file = join(
    folder,
    `events.out.tfevents.${String(seconds).padStart(10, '0')}.${host.replace(/[^\w.-]/g, '_') || 'host'}`,
  );
  await writeAtomically(file, Buffer.concat(events.map(framed)));
  for (const { name } of old) await rm(join(folder, name), { force: true });
  const append = (event: Uint8Array): Promise<void> => appendFile(file, framed(event));
  return {
    file,
    scalars: (record) => append(scalarsEvent(record, now())),
    images: (step, images) => append(imagesEvent(step, images, now())),
    end: (step) => append(sessionEndEvent(step, now())),
  };
}

/** Event files of a folder; one numbered 0 is of before files had the time. */
async function eventFiles(folder: string): Promise<{ name: string; seconds: number }[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => {
    if (name === 'events.out.tfevents.0') return [{ name, seconds: 0 }];
    const match = NAME.exec(name);
    return match && !name.endsWith('.partial') ? [{ name, seconds: Number(match[1]) }] : [];
  });
}

/** The events of a file up to a step, without those that every file has of its own. */
async function keptEvents(file: string, from: number): Promise<Uint8Array[]> {
  // Its wall times were steps.
  if (file.endsWith('tfevents.0')) return [];
  return recordsOf(await readFile(file)).filter((event) => {
    const { step, ofFile } = eventHead(event);
    return step <= from && !ofFile && !isSessionEnd(event);
  });
}

/** Events of logged metrics that no event file has: from before there was one, or it was deleted. */
async function lostEvents(
  folder: string,
  from: number,
  kept: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  if (from === 0) return [];
  const known = Math.max(0, ...kept.map((event) => eventHead(event).step));
  const log = join(folder, 'metrics.jsonl');
  const records = (await readMetrics(log)).filter(({ step }) => step > known && step <= from);
  if (records.length === 0) return [];
  // When they were logged is not known; not later than this.
  const time = (await stat(log)).mtimeMs / 1000;
  return records.map((record) => scalarsEvent(record, time));
}
