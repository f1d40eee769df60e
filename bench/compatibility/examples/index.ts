import { denseExamples } from './dense.ts';
import { imageExamples } from './images.ts';
import { sequenceExamples } from './sequences.ts';
import { ownSteps } from './steps.ts';

/**
 * Training programs like those of TensorFlow.js' examples (commit 0521725), written anew: architecture, loss and
 * optimiser are theirs, the numbers random, and sizes smaller where JavaScript would need minutes a step.
 */
export const examples = [...denseExamples, ...imageExamples, ...sequenceExamples, ...ownSteps];
