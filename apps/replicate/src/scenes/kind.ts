import type { Annotation } from '@scene-mtl/data';
import type { Palette } from '@scene-mtl/eval';
import type {
  Arm,
  ArmRun,
  DataSummary,
  Experiment,
  ExperimentContext,
  Results,
  RunSpec,
  RunSummary,
} from '@scene-mtl/lab';
import type { Config } from '../config/schema.ts';

/** A configuration without what a single run does not depend on. */
export type RunConfig = Omit<Config, 'seeds' | 'strips' | 'optimalWeights'>;

/** Everything that decides the numbers of a network trained on scenes. */
export interface SceneSpec extends RunSpec<RunConfig> {
  /** In the order of the paper's columns. */
  readonly tasks: readonly string[];
}

/** What an experiment may know of its images before anything is trained. */
export interface SceneData extends DataSummary {
  /** In the order of the paper's columns. */
  readonly tasks: readonly string[];
  readonly classes: readonly string[];
  readonly palette: Palette;
  /** Training ids of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
  /** What fields that are no usual maps of a driving scene mean; absent: there are none. */
  readonly annotations?: Readonly<Record<string, Annotation>>;
  /** What tables of such data should say of it, a sentence each. */
  readonly remarks?: readonly string[];
  /** Present when the data have no test frames: nothing can be measured on a test split. */
  readonly withoutTest?: true;
}

/** Experiments whose runs are networks on images: what `scenes` trains. */
export interface Scenes {
  readonly config: Config;
  readonly spec: SceneSpec;
  readonly data: SceneData;
}

/** An experiment on scenes; its context, arms, runs and results. */
export type SceneExperiment<O = unknown> = Experiment<O, Scenes>;
export type SceneContext<O = unknown> = ExperimentContext<O, Scenes>;
export type SceneArm = Arm<SceneSpec>;
export type SceneRun = ArmRun<SceneSpec>;
export type SceneResults = Results<SceneSpec>;
export type SceneSummary = RunSummary<SceneSpec>;
