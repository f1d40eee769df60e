import './conv.ts';
import './elementwise.ts';
import './matmul.ts';
import './normalisation.ts';
import './reductions.ts';
import './resize.ts';
import './shape.ts';

export { kernels, type Kernel } from './kernel.ts';
