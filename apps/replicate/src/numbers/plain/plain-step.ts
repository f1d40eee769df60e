import type { CompileStep, Parameter } from '@scene-mtl/core';
import type { Compiled, Outputs, Signature } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { NumbersConfig } from '../kind.ts';
import type { PlainNetwork } from './plain-network.ts';

/** What of a run the step depends on. */
export interface PlainDescent extends Pick<NumbersConfig, 'momentum'> {
  readonly weights: Readonly<Record<string, number>>;
  /** The optimiser's: `velocity/<group>`. */
  readonly state: Readonly<Record<string, tf.Variable>>;
}

/**
 * A step of gradient descent with momentum (`sgd` without Nesterov, on a fixed weighted sum of losses) in place of a
 * compiled one: it takes the same inputs, changes the same variables, and gives `total` and `loss/<task>`.
 */
export const plainStep =
  (network: PlainNetwork, descent: PlainDescent): CompileStep =>
  <S extends Signature, O extends Outputs>(): Compiled<S, O> => {
    const { weights, state, momentum } = descent;
    const groups = network.groups.map((group) => {
      const variable = state[`velocity/${group.name}`];
      return { ...group, variable, velocity: new Float32Array(group.values.length) };
    });
    const pull = (): void => {
      network.write(({ variable }: Parameter, values) => assign(variable, values));
      for (const { variable, velocity } of groups) assign(variable, velocity);
    };
    const push = (): void => {
      network.read();
      for (const { variable, velocity } of groups) velocity.set(variable.dataSync());
    };
    const run = (inputs: Readonly<Record<string, Float32Array>>) => {
      const losses = network.differentiate(inputs);
      const [rate] = inputs['rate/network'];
      for (const { values, gradients, velocity, decay } of groups) {
        for (let i = 0; i < values.length; i++) {
          velocity[i] = momentum * velocity[i] + gradients[i] + decay * values[i];
          values[i] -= rate * velocity[i];
        }
      }
      const logged = Object.entries(losses).map(([task, loss]) => [`loss/${task}`, [loss]]);
      const total = Object.entries(losses).reduce((sum, [k, loss]) => sum + weights[k] * loss, 0);
      return { total: [total], ...Object.fromEntries(logged) } as Record<string, number[]>;
    };
    push();
    return {
      engine: 'plain',
      run: (inputs: Readonly<Record<string, Float32Array>>) => Promise.resolve(run(inputs)),
      pull: () => Promise.resolve(pull()),
      push: () => Promise.resolve(push()),
      dispose: () => Promise.resolve(),
    } as unknown as Compiled<S, O>;
  };

function assign(variable: tf.Variable, values: Float32Array): void {
  const tensor = tf.tensor(values.slice(), variable.shape);
  variable.assign(tensor);
  tensor.dispose();
}
