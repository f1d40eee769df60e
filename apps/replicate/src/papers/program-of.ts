import type { Experiment, Program } from '@scene-mtl/lab';
import { scenes } from '../scenes/program.ts';

/** What trains the runs of an experiment: its own program, or networks on images. */
export const programOf = ({ program }: Experiment): Program => program ?? scenes;
