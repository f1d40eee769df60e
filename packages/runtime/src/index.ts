import './graph-model/redirect.ts';
import './ops/added-gradients.ts';
import './ops/batch-norm-layer.ts';
import './ops/depthwise-gradient.ts';
import './ops/dilated-conv.ts';
import './ops/dilated-layers.ts';
import './ops/mirror-pad-gradient.ts';
import './ops/pool-gradient.ts';
import './ops/relu.ts';
import './ops/resize-gradient.ts';
import './ops/scan-gradient.ts';

export { CaptureError } from './capture/errors.ts';
export { compile, type Compiled, type CompileOptions } from './compile.ts';
export { compileEach, type CompiledEach, type CompileEachOptions } from './compile-each.ts';
export {
  compileModel,
  type CompiledModel,
  type CompileModelOptions,
} from './model/compile-model.ts';
export {
  registerLowering,
  type GraphBuilder,
  type NodeLowering,
  type OpLowering,
  type RegisterOptions,
} from './custom-lowering.ts';
export type { DebugOptions } from './debug.ts';
export {
  catalogue,
  engineOf,
  type CatalogueEntry,
  type EngineId,
  type Presence,
} from './engines/catalogue.ts';
export { chooseEngine, type Choice, type ChooseOptions } from './engines/choose.ts';
export type { Device } from './engines/device.ts';
export { channelBlock, type OnnxOptions } from './engines/onnx.ts';
export { tinyStep, type Trial } from './engines/tiny-step.ts';
export { withSeed } from './capture/seed.ts';
export { batchNormTraining, type BatchNormTrainingResult } from './ops/batch-norm.ts';
export { applyGradientsAtRate } from './ops/scheduled.ts';
export { dropout, randomNormal, randomUniform } from './ops/random.ts';
export { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
export type { Attrs, CapturedType, OutputShape } from './capture/value.ts';
export type { Attribute } from './onnx/attribute.ts';
export type { Ref } from './onnx/graph.ts';
export type { OnnxType } from './onnx/proto.ts';
export type { SaveOptions } from './save/options.ts';
export type { Opset } from './onnx/opset.ts';
export type {
  InputSpec,
  InputTensors,
  InputValues,
  OpenInputSpec,
  OpenSignature,
  Outputs,
  OutputValues,
  Ranked,
  Signature,
} from './signature.ts';
