import type { MetricsRecord } from '../training/metrics-log.ts';
import { delimited, double, fieldsOf, float, message, nested, text, varint } from './protobuf.ts';

// `tensorflow.Event` messages (tensorflow/core/util/event.proto and framework/summary.proto). A wall time is
// seconds since 1970.

const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const SESSION_LOG = 7;

/** What every file begins with. */
export const versionEvent = (wallTime: number): Uint8Array =>
  message([double(WALL_TIME, wallTime), text(FILE_VERSION, 'brain.Event:2')]);

/** A process begins to write; a reader that looks on forgets what it has read from this step on: `SessionLog.START`. */
export const startEvent = (step: number, wallTime: number): Uint8Array =>
  message([
    double(WALL_TIME, wallTime),
    ...(step > 0 ? [varint(STEP, step)] : []),
    nested(SESSION_LOG, [varint(1, 1)]),
  ]);

/** Values of a summary at a step, each a `Summary.Value`. */
export const summaryEvent = (
  step: number,
  values: readonly Uint8Array[],
  wallTime: number,
): Uint8Array =>
  message([
    double(WALL_TIME, wallTime),
    ...(step > 0 ? [varint(STEP, step)] : []),
    nested(
      SUMMARY,
      values.map((value) => delimited(1, value)),
    ),
  ]);

/** Metrics: a scalar per value, tagged `train/<name>` or `evaluation/<name>`; null is left out. */
export const scalarsEvent = ({ step, kind, values }: MetricsRecord, wallTime: number): Uint8Array =>
  summaryEvent(
    step,
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [message([text(1, `${kind}/${name}`), float(2, value)])],
    ),
    wallTime,
  );

/** A picture of an event. */
export interface EventImage {
  /** What stands before the last `/` groups pictures. */
  readonly tag: string;
  readonly height: number;
  readonly width: number;
  /** PNG file bytes, in colour. */
  readonly png: Uint8Array;
}

/** Pictures at a step. */
export const imagesEvent = (
  step: number,
  images: readonly EventImage[],
  wallTime: number,
): Uint8Array =>
  summaryEvent(
    step,
    images.map(({ tag, height, width, png }) =>
      message([
        text(1, tag),
        // Colour space 3: red, green and blue.
        nested(4, [varint(1, height), varint(2, width), varint(3, 3), delimited(4, png)]),
      ]),
    ),
    wallTime,
  );

/** What is asked of an event that was read. */
export interface EventHead {
  readonly wallTime: number;
  readonly step: number;
  /** Tells of the file or the session, not of the run: made anew in every file. */
  readonly ofFile: boolean;
}

/** @throws RangeError where the bytes are no event */
export function eventHead(event: Uint8Array): EventHead {
  const fields = fieldsOf(event);
  const numberOf = (field: number): number =>
    Number(fields.find((one) => one.field === field)?.value ?? 0);
  const ofFile = fields.some(({ field }) => field === FILE_VERSION || field === SESSION_LOG);
  return { wallTime: numberOf(WALL_TIME), step: numberOf(STEP), ofFile };
}
