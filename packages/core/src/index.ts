export type {
  Architecture,
  ArchitecturePlace,
  Drive,
  Penalty,
  Sharing,
  StageSharing,
} from './architectures/architecture.ts';
export { cgc } from './architectures/cgc.ts';
export {
  defineArchitecture,
  type ArchitectureDefinition,
  type ArchitectureFacts,
  type ArchitectureSizes,
  type Settings,
} from './architectures/define.ts';
export { dselectK } from './architectures/dselect-k.ts';
export { hardSharing } from './architectures/hard-sharing.ts';
export { ltb } from './architectures/ltb.ts';
export { mmoe } from './architectures/mmoe.ts';
export { mtan } from './architectures/mtan.ts';
export { headOn } from './architectures/parts.ts';
export { ple } from './architectures/ple.ts';
export { adaptiveBranching, widened } from './architectures/adaptive-branching.ts';
export {
  affinityOf,
  branchedTree,
  type Affinity,
  type BranchingPolicy,
} from './architectures/branching.ts';
export { crossStitch } from './architectures/cross-stitch.ts';
export { gradientReversal } from './architectures/gradient-reversal.ts';
export { jointManyTask } from './architectures/joint-many-task.ts';
export { lowSupervision } from './architectures/low-supervision.ts';
export { privateLayer } from './architectures/private-layer.ts';
export { singleTasks } from './architectures/single-tasks.ts';
export { sluice } from './architectures/sluice.ts';
export { softSharing } from './architectures/soft-sharing.ts';
export { traceNorm } from './architectures/trace-norm.ts';
export { groupsByStage, tree, treeText, type Tree } from './architectures/tree.ts';
export {
  architectureNamed,
  architectures,
  registerArchitecture,
  type AnyArchitecture,
} from './architectures/registry.ts';
export { relationshipNetwork } from './architectures/relationship-network.ts';
export { selectors } from './architectures/smooth-step.ts';
export { tensorFactorisation } from './architectures/tensor-factorisation.ts';
export {
  checkpointManifests,
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
  sweepCheckpoints,
  type Best,
  type Checkpoint,
  type Manifest,
} from './checkpoint/checkpoint.ts';
export { initialise } from './checkpoint/initialise.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsOptions,
  type StoredTensor,
} from './checkpoint/safetensors.ts';
export { dtypeOf, type FloatType } from './checkpoint/stored-types.ts';
export { restoreVariables, storeVariables, type NamedVariables } from './checkpoint/variables.ts';
export { continuation, untouchedTasks, type Continuation } from './continuation.ts';
export { costOf, type Cost } from './cost.ts';
export { aspp, scaledRates, withAspp, type AsppOptions } from './encoders/aspp.ts';
export { dilatedResidual, type DilatedResidualOptions } from './encoders/dilated-residual.ts';
export { imageClassifier } from './encoders/classifier.ts';
export {
  lastFeatures,
  stagedEncoder,
  type Encoder,
  type Stage,
  type StageFeatures,
} from './encoders/encoder.ts';
export { loadWeights } from './encoders/load-weights.ts';
export { loadMobileNet, mobileNetName } from './encoders/mobilenet-weights.ts';
export { readTfjsWeights } from './encoders/tfjs-weights.ts';
export { mobileNet, type MobileNetOptions } from './encoders/mobilenet.ts';
export { resNet, type ResNetDepth, type ResNetOptions } from './encoders/resnet.ts';
export { dilatedStrides, type StageGeometry } from './encoders/strides.ts';
export { loadTorchvision, torchvisionName } from './encoders/torchvision.ts';
export { frozen, partsOf, type Choice } from './freezing.ts';
export { batchNormalisation, type BatchNormOptions } from './layers/batch-normalisation.ts';
export { computed, computedLayers, type ComputedOptions } from './layers/computed.ts';
export { convBn, convBnRelu, relu } from './layers/conv-block.ts';
export { convolution, type ConvolutionOptions } from './layers/convolution.ts';
export { dense, type DenseOptions } from './layers/dense.ts';
export { depthwise, type DepthwiseOptions } from './layers/depthwise.ts';
export { normalKernel, type Fan, type KernelInit } from './layers/initialise.ts';
export type { Border } from './border.ts';
export { mixed, type Mixed, type MixOptions } from './layers/mix.ts';
export { inside, owned, ownerName, undecayed, type Owner, type Scope } from './layers/scope.ts';
export { commit, type LayerContext, type Statistic } from './layers/forward.ts';
export { dropoutLayer } from './layers/dropout.ts';
export { upsampleTo } from './layers/upsample.ts';
export { maskedCrossEntropy, maskedL1, maskedL2, maskedMean } from './losses.ts';
export { multiTaskModel, type MultiTaskModel, type MultiTaskModelOptions } from './model.ts';
export {
  ENCODER_SCOPE,
  network,
  type Forward,
  type ForwardOptions,
  type Head,
  type Network,
  type NetworkOptions,
  type Runnable,
} from './network.ts';
export { adam, type AdamOptions } from './optimisers/adam.ts';
export { accumulated } from './optimisers/accumulate.ts';
export { gradientsOf } from './optimisers/gradients.ts';
export {
  groupsOf,
  type Group,
  type Gradients,
  type Norms,
  type Optimiser,
  type OptimiserOptions,
  type Rates,
} from './optimisers/optimiser.ts';
export { sgd, type SgdOptions } from './optimisers/sgd.ts';
export type { WeightDecay } from './optimisers/weight-decay.ts';
export type { Weight } from './ownership.ts';
export {
  countParameters,
  parametersOf,
  type Buffer,
  type Parameter,
  type ParameterRole,
  type ParameterSet,
} from './parameters.ts';
export { constant, cosine, poly, steps, warmUp, type Schedule } from './schedules.ts';
export { stopGradient } from './stop-gradient.ts';
export type {
  DecoderOptions,
  Likelihood,
  MetricInfo,
  Target,
  TargetEncoder,
  Task,
} from './task.ts';
export { crc32c } from './tensorboard/crc32c.ts';
export { openEventLog, type EventLog, type EventLogOptions } from './tensorboard/event-log.ts';
export type { EventImage } from './tensorboard/events.ts';
export type { HyperParameters } from './tensorboard/hparams.ts';
export { train, type Progress, type TrainOptions, type TrainResult } from './train.ts';
export type { CompileStep } from './training/compiled-step.ts';
export type { TrainingBatch } from './training/joined-streams.ts';
export {
  appendMetrics,
  readMetrics,
  truncateMetrics,
  type MetricsRecord,
} from './training/metrics-log.ts';
export type {
  Balancer,
  Balanced,
  ComposedBalancer,
  FollowingBalancer,
} from './balancing/balancer.ts';
export type {
  GradientBalancer,
  GradientContext,
  GramianBalancer,
  GroupedBalancer,
  JacobianBalancer,
  JacobianContext,
  KeptWeights,
} from './balancing/gradient-balancer.ts';
export { checkTasks, perTask, weightReport, type PerTask } from './balancing/per-task.ts';
export type {
  Combined,
  Outcome,
  ScalarBalancer,
  ScalarContext,
} from './balancing/scalar-balancer.ts';
export type {
  BilevelBalancer,
  CrossBalancer,
  CrossContext,
  MultiBilevelBalancer,
  UpperContext,
  ValueFunctionBalancer,
  ValueFunctionContext,
} from './balancing/second-batch-balancer.ts';
export { nothing, type BalancerInputs, type Stateful } from './balancing/stateful.ts';
export {
  defineBalancer,
  noOptions,
  type BalancerDefinition,
  type BalancerFacts,
  type BalancerPlace,
  type Guarantee,
  type Property,
} from './balancing/define.ts';
export { autoLambda } from './balancing/auto-lambda.ts';
export { boundaryIntersection } from './balancing/boundary-intersection.ts';
export {
  composed,
  type CrossMethod,
  type GradientMethod,
  type LossMethod,
} from './balancing/composed.ts';
export { cosmos } from './balancing/cosmos.ts';
export { dynamicAverage } from './balancing/dynamic-average.ts';
export { famo } from './balancing/famo.ts';
export { forum } from './balancing/forum.ts';
export { equal, fixed } from './balancing/fixed.ts';
export { geometricMean } from './balancing/geometric-mean.ts';
export { graddrop } from './balancing/graddrop.ts';
export { gradnorm } from './balancing/gradnorm.ts';
export { groupAlignment } from './balancing/group-alignment.ts';
export { impartialLosses } from './balancing/impartial-losses.ts';
export { learned } from './balancing/learned.ts';
export { logSum } from './balancing/log-sum.ts';
export {
  type Form,
  logVarianceBalancer,
  logVarianceOptions,
  type Term,
} from './balancing/log-variance.ts';
export { mgda } from './balancing/mgda.ts';
export { pcgrad } from './balancing/pcgrad.ts';
export { random } from './balancing/random.ts';
export { aligned } from './balancing/aligned.ts';
export { bisector } from './balancing/bisector.ts';
export { cagrad } from './balancing/cagrad.ts';
export { config } from './balancing/config.ts';
export { crMogm, type GramianMethod } from './balancing/cr-mogm.ts';
export { dualBalancing } from './balancing/dual-balancing.ts';
export { dualProjection } from './balancing/dual-projection.ts';
export { excess } from './balancing/excess.ts';
export { fairgrad } from './balancing/fairgrad.ts';
export { gradvac } from './balancing/gradvac.ts';
export { imtl } from './balancing/imtl.ts';
export { imtlG } from './balancing/imtl-g.ts';
export { krum } from './balancing/krum.ts';
export { moco } from './balancing/moco.ts';
export { modo } from './balancing/modo.ts';
export { maximumError } from './balancing/maximum-error.ts';
export { moml } from './balancing/moml.ts';
export { nash } from './balancing/nash.ts';
export { priority } from './balancing/priority.ts';
export { sdmgrad } from './balancing/sdmgrad.ts';
export { trimmedMean } from './balancing/trimmed-mean.ts';
export { upgrad } from './balancing/upgrad.ts';
export {
  balancerNamed,
  balancers,
  batchMethods,
  crossMethods,
  gradientMethods,
  lossMethods,
  namedPairs,
  registerBalancer,
  type AnyBalancer,
} from './balancing/registry.ts';
export { relobralo } from './balancing/relobralo.ts';
export { smoothTchebycheff } from './balancing/smooth-tchebycheff.ts';
export {
  gradientHealth,
  methodNeeded,
  type GradientHealth,
  type Need,
} from './balancing/gradient-health.ts';
export { softOptimal } from './balancing/soft-optimal.ts';
export { softadapt } from './balancing/softadapt.ts';
export { uncertaintyExact } from './balancing/uncertainty-exact.ts';
export { uncertaintyNormalised } from './balancing/uncertainty-normalised.ts';
export { uncertainty, uncertaintyForms } from './balancing/uncertainty.ts';
export {
  MAIN_STREAM,
  SECOND_STREAM,
  THIRD_STREAM,
  objectiveOf,
  type Batch,
  type Loss,
  type Objective,
  type Run,
} from './objective.ts';
export { predictionStep, type PredictionStep } from './steps/prediction-step.ts';
export type { FloatSignature, FloatSpec, StepOptions, TrainingStep } from './steps/step.ts';
export { gramStep, type GramStep } from './steps/gram-step.ts';
export { drawing, withRandomLayers } from './steps/random-layers.ts';
export {
  faded,
  fadingOf,
  withFading,
  type Fading,
  type StoppingPolicy,
  type WatchedObjective,
} from './training/fading.ts';
export { taskSampling, type TaskSampling } from './training/task-sampling.ts';
export { watchGradients, type GradientWatch } from './training/watch-gradients.ts';
export { trainingStep } from './steps/training-step.ts';
export { equivariance, evenness, oddness, type Equivariance } from './hints/equivariance.ts';
export { examples, VALUE } from './hints/examples.ts';
export {
  hinge,
  hintObjective,
  type Hint,
  type HintPlace,
  type Read,
  type Says,
} from './hints/hint.ts';
export { approximation, HIGH, LOW, range } from './hints/interval.ts';
export { hintKinds, type HintKind } from './hints/kinds.ts';
export { aboveOf, convexity, monotonicity, otherOf, SHARE, type PairHint } from './hints/order.ts';
