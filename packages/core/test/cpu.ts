import * as tf from '@tensorflow/tfjs';

/** The plain engine, without its advice to install a faster one. */
export async function useCpu(): Promise<void> {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
}
