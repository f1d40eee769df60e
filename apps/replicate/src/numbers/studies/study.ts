import type { ChartAxis } from '@scene-mtl/eval';
import type { Quantity } from '@scene-mtl/lab';
import type { NumbersArm } from '../arm.ts';
import type { NumbersMeasurement } from '../measurement.ts';

/** Runs on numbers that answer one question: arms over a dose, what is measured of each, claims and controls. */
export interface Study {
  readonly name: string;
  readonly title: string;
  /** Where what it asks is claimed. */
  readonly source: string;
  /** What is done and how to read the figure. */
  readonly lead: string;
  /** Looks at the network of each run; gives the {@link quantities}. */
  readonly measurement: NumbersMeasurement<Readonly<Record<string, number>>>;
  /** What is told of each run, that of the figure and the claims first. */
  readonly quantities: readonly [Quantity, ...Quantity[]];
  /** Label of the figure's other axis where neither side is better; else made of the first quantity. */
  readonly counted?: string;
  /** The figure: a curve over the dose; or a dot in each row, where what is compared has no order. */
  readonly x: ChartAxis | { readonly label: string; readonly rows: readonly string[] };
  readonly curves: readonly DoseCurve[];
  readonly claims: readonly Comparison[];
  readonly controls: readonly Control[];
  /** Arms that are only in the table. */
  readonly others?: readonly NumbersArm[];
  /** Runs per trial, where one decides little: basins are counted. Default 1. */
  readonly runsPerTrial?: number;
}

/** Arms in the order of a dose; of rows, x is the number of the row, from 0. */
export interface DoseCurve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly arm: NumbersArm }[];
}

/** That an arm is better than another, in the first quantity. */
export interface Comparison {
  readonly claim: string;
  readonly ours: NumbersArm;
  readonly theirs: NumbersArm;
}

/** That an arm lacks what the effect is said to come from, and so the effect. */
export interface Control {
  readonly claim: string;
  readonly control: NumbersArm;
  /** The arm with the effect, and the one that it is measured from. */
  readonly effect: NumbersArm;
  readonly baseline: NumbersArm;
}
