import type { Likelihood, MetricInfo, Target, Task } from '@scene-mtl/core';
import type { Sample, Size } from '@scene-mtl/data';
import type { Overlay, Palette, PanopticImage, PixelErrors, Rgb } from '@scene-mtl/eval';
import type { KnownHint } from './hints/known-hint.ts';
import type { KitData, TargetKit } from './target-kit.ts';

/** One number by which a task is judged. */
export interface Metric extends MetricInfo {
  /** After the task's title in heads of columns: `IoU`, `mean error`. */
  readonly title: string;
  /** Digits after the point. */
  readonly digits: number;
}

/** The metrics of a task, the primary one (for model selection and Δm) first. */
export type Metrics = readonly [Metric, ...Metric[]];

/** The predictions for one example by task name. */
export type Predictions = Readonly<Record<string, unknown>>;

/** Computes the metrics of a task over a whole split. */
export interface Accumulator<P = unknown> {
  /** Counts one example; one without truth is left out. */
  add(prediction: P, sample: Sample): void;
  /** All that was counted so far, for `merge` of another one. */
  readonly counts: unknown;
  /**
   * Adds what another accumulator of the same task has counted, so that examples can be counted one by
   * one and put together in any choice.
   */
  merge(other: Pick<Accumulator<P>, 'counts'>): void;
  /** By the name of the metric; NaN where nothing was there to judge. */
  result(): Readonly<Record<string, number>>;
}

/** Numbers beyond a task's metrics, for a final evaluation; may look at several tasks together. */
export interface Judge {
  /** Names are whole: `<task>/<metric>`. */
  readonly metrics: readonly MetricInfo[];
  /** Counts one example; one without truth is left out. */
  add(sample: Sample, predictions: Predictions): void;
  /** By whole name; NaN where nothing was there to judge. */
  result(): Readonly<Record<string, number>>;
  /**
   * The numbers of any choice of the examples, given by their places in the order of `add`, some of them more than
   * once: for intervals over examples. Absent: there are none of these numbers.
   */
  chosen?(): (places: Int32Array) => Readonly<Record<string, number>>;
}

/** The best prediction that never looks at the input, fitted to the targets of the training split. */
export interface ConstantFit {
  /** Counts the target of one training example. */
  add(target: Target): void;
  /** As the head would give it for one example. */
  output(size: Size): Float32Array;
}

/** How a task whose truth is a map of the picture is shown. */
export interface MapView<P = unknown> {
  /** What its pictures show, for captions: `classes`, `disparity`. */
  readonly shows: string;
  /**
   * Truth and prediction as pictures in one scale; a side that is not given is not drawn.
   * @param example all of it, for what lies in several fields: objects within classes
   */
  pictures(
    size: Size,
    truth: Target | undefined,
    prediction: P | undefined,
    example: { readonly sample: Sample; readonly predictions: Predictions },
  ): {
    readonly truth?: Rgb;
    readonly prediction?: Rgb;
    /** In place of the view's. */
    readonly shows?: string;
  };
  /** What the error of one pixel is called, and its unit. */
  readonly error: { readonly title: string; readonly unit: string };
  /** Error of each pixel where the truth is known, so that its mean says something. */
  errors(prediction: P, truth: Target): PixelErrors;
  /** The error that gets the lightest colour. */
  top(truth: Target, size: Size): number;
}

/** A photograph that was predicted. */
export interface PredictedPhoto {
  /** Name of its files, without an ending. */
  readonly stem: string;
  /** RGB at its own size, `u8 [H, W, 3]`. */
  readonly image: Uint8Array;
  /** Size of the predictions, and that of the photograph, px. */
  readonly size: Size;
  readonly native: Size;
  /**
   * Size of the pictures that the network takes, px: distances and areas are chosen by it. Predictions that were
   * put together from several of these are larger.
   */
  readonly input: Size;
  readonly predictions: Predictions;
}

/** A picture of one channel (8 or 16 bits) or of three, row-major. */
export interface Picture extends Size {
  readonly data: Uint8Array | Uint16Array;
}

/** A file to be written: its path below the output folder and its content. */
export interface OutputFile {
  readonly path: string;
  /** Text, or a picture that becomes a PNG. */
  readonly content: string | Picture;
}

/** A photograph in segments, at its own size; id 0 where a class is countable and no object was found. */
export interface PanopticSegmentation extends PanopticImage {
  readonly categories: readonly {
    readonly id: number;
    readonly name: string;
    readonly isThing: boolean;
    readonly colour: Palette[number];
  }[];
}

/** A task with all that belongs to it, made for some data. */
export interface VisionTask<P = unknown> extends Task<P> {
  /** The kit that made it. */
  readonly kit: TaskKit<P>;
  /** First word in heads of columns: `Semantic`, `Depth`. */
  readonly title: string;
  /** See {@link Metrics}; in place of the bare names of `Task`. */
  readonly metrics: Metrics;
  /** A new accumulator of the metrics. */
  accumulator(): Accumulator<P>;
  /**
   * What a final evaluation measures besides.
   * @param beside names of all tasks that are predicted
   */
  judges(size: Size, beside: ReadonlySet<string>): readonly Judge[];
  /** A new fit of the prediction that never looks. */
  constant(): ConstantFit;
  /** Absent for a task that has no map. */
  readonly view?: MapView<P>;
  /** The photograph under what was predicted, at its own size. Absent for a task that has no map. */
  overlay?(photo: PredictedPhoto): Overlay | undefined;
  /** What was predicted, in a line of words, for a task that has no map. */
  words?(photo: PredictedPhoto): string;
  /** Official files of one photograph, at its own size. */
  files(photo: PredictedPhoto): readonly OutputFile[];
  /** Every pixel in one segment, stuff or object: of a task that finds objects within classes. */
  panoptic?(photo: PredictedPhoto): PanopticSegmentation | undefined;
  /** What the output of an exported network means and how a prediction is made of it. */
  meaning(size: Size): string;
}

/** All that is per task, in one folder: what is known before there is data, and what makes its tasks. */
export interface TaskKit<P = unknown> extends TargetKit {
  readonly title: string;
  readonly likelihood: Likelihood;
  readonly metrics: Metrics;
  /** What {@link VisionTask.constant} predicts, in words: `majority class`. */
  readonly constant: string;
  /** See {@link MapView}. */
  readonly error?: MapView['error'];
  /** What is known of the output whatever the picture shows, by the name of the hint. Default: nothing. */
  readonly hints?: Readonly<Record<string, KnownHint>>;
  /**
   * The task of a field.
   * @param field one of `fieldsIn(data)`
   */
  task(data: KitData, field: string): VisionTask<P>;
}
