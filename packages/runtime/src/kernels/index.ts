import './binary.ts';
import './conv.ts';
import './depthwise.ts';
import './elementwise.ts';
import './fused.ts';
import './generate.ts';
import './indexing.ts';
import './matmul.ts';
import './normalisation.ts';
import './pooling.ts';
import './reductions.ts';
import './resize.ts';
import './response-normalisation.ts';
import './scan.ts';
import './shape.ts';
import './space.ts';
import './unary.ts';

export { compositions, kernels, type Composition, type Kernel } from './kernel.ts';
