import './ops/added-gradients.ts';
import './ops/depthwise-gradient.ts';
import './ops/dilated-conv.ts';
import './ops/mirror-pad-gradient.ts';
import './ops/pool-gradient.ts';
import './ops/resize-gradient.ts';
import './ops/scan-gradient.ts';

export { CaptureError } from './capture/errors.ts';
export {
  compile,
  type Compiled,
  type CompileOptions,
  type InputSpec,
  type InputTensors,
  type InputValues,
  type Outputs,
  type OutputValues,
  type Signature,
} from './compile.ts';
export { channelBlock, type OnnxOptions } from './engines/onnx.ts';
export { batchNormTraining, type BatchNormTrainingResult } from './ops/batch-norm.ts';
export { dropout, randomNormal, randomUniform } from './ops/random.ts';
export { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
