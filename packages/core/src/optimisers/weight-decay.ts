import type { Parameter } from '../parameters.ts';

/** λ of the parameters that decay (kernels): one for all of them, or by the parameter. */
export type WeightDecay = number | ((parameter: Parameter) => number);

/** λ of a parameter; 0 for one that does not decay. */
export const lambdaOf = (decay: WeightDecay, parameter: Parameter): number => {
  if (!parameter.decay) return 0;
  return typeof decay === 'number' ? decay : decay(parameter);
};
