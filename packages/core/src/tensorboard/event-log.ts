import { appendFile, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { readMetrics, type MetricsRecord } from '../training/metrics-log.ts';
import {
  eventHead,
  imagesEvent,
  startEvent,
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
  /** Metrics, tagged `train/<name>` or `evaluation/<name>`. */
  scalars(record: MetricsRecord): Promise<void>;
  /** Pictures at a step. */
  images(step: number, images: readonly EventImage[]): Promise<void>;
  /** The run is finished. */
  end(step: number): Promise<void>;
}

/** `events.out.tfevents.<seconds>.<host>`, as TensorBoard looks for it. */
const NAME = /^events\.out\.tfevents\.(\d+)\.(.+)$/;
const UNTIMED = 'events.out.tfevents.0';

/**
 * Opens an event file of a run, for TensorBoard to read while it grows: `events.out.tfevents.<seconds>.<host>`,
 * TFRecords of `tensorflow.Event`, each with the second in which it was written. A run that goes on gets another
 * file: those before it are cut after the step from which it goes on, and the new one tells a TensorBoard that
 * looks on to forget what it has read of later steps. So no step stands there twice.
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
  const before = await cutAfter(folder, from);
  const opened = now();
  const events = [
    versionEvent(opened),
    // Readers take the first of them for the start; at another, they forget all from its step on.
    startEvent(from > 0 ? from + 1 : 0, opened),
    ...(before.events ? [] : [sessionStartEvent(hparams, opened)]),
    ...(await lostEvents(folder, from, before.reached)),
  ];
  // A clock may go back, but the newest file is the last by name.
  const seconds = String(Math.max(Math.floor(opened), before.last + 1)).padStart(10, '0');
  const machine = host.replace(/[^\w.-]/g, '_') || 'host';
  const file = join(folder, `events.out.tfevents.${seconds}.${machine}`);
  await writeAtomically(file, Buffer.concat(events.map(framed)));
  const append = (event: Uint8Array): Promise<void> => appendFile(file, framed(event));
  return {
    file,
    scalars: (record) => append(scalarsEvent(record, now())),
    images: (step, images) => append(imagesEvent(step, images, now())),
    end: (step) => append(sessionEndEvent(step, now())),
  };
}

/** What the event files of a run have once they are cut. */
interface Before {
  /** Seconds in the name of the last of them; 0 without one. */
  readonly last: number;
  /** Whether any event is left. */
  readonly events: boolean;
  /** The last step left. */
  readonly reached: number;
}

/** Cuts all event files of a folder after a step, and deletes those that have nothing left. */
async function cutAfter(folder: string, from: number): Promise<Before> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  // Of before files had the time: its wall times were steps.
  if (names.includes(UNTIMED)) await rm(join(folder, UNTIMED), { force: true });
  const files = names
    .flatMap((name) => {
      const seconds = Number(NAME.exec(name)?.[1] ?? NaN);
      return name.endsWith('.partial') || Number.isNaN(seconds) ? [] : [{ name, seconds }];
    })
    .sort((a, b) => a.seconds - b.seconds);
  let [events, reached] = [false, 0];
  for (const [i, { name }] of files.entries()) {
    const file = join(folder, name);
    const kept = await keptOf(file, from);
    events ||= kept.events > 0;
    reached = Math.max(reached, kept.reached);
    // A TensorBoard that looks on may be at the last one, and would wait for it for ever.
    if (kept.events > 0 || i === files.length - 1) await truncate(file, kept.bytes);
    else await rm(file, { force: true });
  }
  return { last: files.at(-1)?.seconds ?? 0, events, reached };
}

/** How much of an event file is of a run up to a step: the beginning, since its steps only grow. */
async function keptOf(file: string, from: number) {
  let [bytes, events, reached] = [0, 0, 0];
  for (const event of recordsOf(await readFile(file))) {
    const { step, ofFile } = eventHead(event);
    // A run from the start keeps nothing, one that goes on is not finished.
    if (step > from || isSessionEnd(event) || (from === 0 && !ofFile)) break;
    bytes += framed(event).length;
    if (ofFile) continue;
    events++;
    reached = Math.max(reached, step);
  }
  return { bytes, events, reached };
}

/** Events of logged metrics that no event file has: from before there was one, or it was deleted. */
async function lostEvents(folder: string, from: number, reached: number): Promise<Uint8Array[]> {
  if (reached >= from) return [];
  const log = join(folder, 'metrics.jsonl');
  const records = (await readMetrics(log)).filter(({ step }) => step > reached && step <= from);
  if (records.length === 0) return [];
  // When they were logged is not known; not later than this.
  const time = (await stat(log)).mtimeMs / 1000;
  return records.map((record) => scalarsEvent(record, time));
}
