import './ops/dilated-conv.ts';

export { batchNormTraining, type BatchNormTrainingResult } from './ops/batch-norm.ts';
