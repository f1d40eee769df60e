import { groupsOf, type Network, type Parameter } from '@scene-mtl/core';
import type { NumbersConfig } from '../kind.ts';
import type { OutputKind } from '../outputs.ts';
import { activations } from './activations.ts';
import { backward, forward, type PlainLayer } from './layer.ts';

/** A task of a {@link PlainNetwork}. */
export interface PlainTask {
  readonly name: string;
  readonly kind: OutputKind;
  readonly weight: number;
  /** Whether its gradient ends before the shared layers. */
  readonly isBlocked: boolean;
}

/** Weights and gradients of the groups of parameters that an optimiser moves, each one flat vector. */
export interface PlainGroup {
  readonly name: string;
  readonly values: Float32Array;
  readonly gradients: Float32Array;
  /** λ of all of them. */
  readonly decay: number;
}

/** Arrays of one example after the other, by name. */
type Arrays = Readonly<Record<string, Float32Array>>;

/** A dense network as arrays. */
export interface PlainNetwork {
  readonly groups: readonly PlainGroup[];
  /** Copies the weights from the variables, or into them. */
  read(): void;
  write(assign: (parameter: Parameter, values: Float32Array) => void): void;
  /** Raw outputs of some examples by task, `[N, m]`. */
  outputs(x: Float32Array): Record<string, Float32Array>;
  /** Gradients of the weighted sum of the losses of a batch; returns each loss. */
  differentiate(batch: Arrays): Record<string, number>;
}

/**
 * The same network as plain loops over numbers, for gradient descent on a weighted sum: no graph, no engine. A step of
 * one with 16 hidden units is 250,000 multiplications; the calls of an engine take longer than that.
 * @param network dense, hard sharing, without layers of the tasks' own
 * @throws naming a parameter that the loops would leave out
 */
export function plainNetwork(
  network: Network,
  trained: readonly Parameter[],
  tasks: readonly PlainTask[],
  { activation, weightDecay }: Pick<NumbersConfig, 'activation' | 'weightDecay'>,
): PlainNetwork {
  const { value: act, slope } = activations[activation];
  const groups = groupsOf(trained, weightDecay).map(
    ({ name, size, parameters, weightDecay: decay }) => {
      const [values, gradients] = [new Float32Array(size), new Float32Array(size)];
      return { name, values, gradients, parameters, decay };
    },
  );
  const places = new Map<string, { values: Float32Array; gradients: Float32Array }>();
  for (const { values, gradients, parameters } of groups) {
    let at = 0;
    for (const { name, variable } of parameters) {
      const part = (of: Float32Array) => of.subarray(at, at + variable.size);
      places.set(name, { values: part(values), gradients: part(gradients) });
      at += variable.size;
    }
  }
  const left = new Set(places.keys());
  const layer = (name: string): PlainLayer => {
    const [kernel, bias] = [places.get(`${name}/kernel`), places.get(`${name}/bias`)];
    if (!kernel || !bias) throw new Error(`${name}: expected a dense layer`);
    for (const part of ['kernel', 'bias']) left.delete(`${name}/${part}`);
    const units = bias.values.length;
    return {
      ...{ units, inputs: kernel.values.length / units, kernel: kernel.values, bias: bias.values },
      ...{ kernelGradient: kernel.gradients, biasGradient: bias.gradients },
    };
  };
  const depth = trained.filter(({ name }) => /^encoder\/hidden\d+\/kernel$/.test(name)).length;
  const hidden = Array.from({ length: depth }, (_, i) => layer(`encoder/hidden${i + 1}`));
  const heads = tasks.map((task) => {
    const own = layer(`${task.name}/output`);
    return { ...task, own, raw: new Float32Array(own.units), dRaw: new Float32Array(own.units) };
  });
  if (left.size > 0) {
    throw new Error(
      `plain loops: expected dense layers of one trunk and of heads, got ${[...left][0]} too`,
    );
  }
  const values = hidden.map(({ units }) => new Float32Array(units));
  const slopes = hidden.map(({ units }) => new Float32Array(units));
  const width = network.inputs['x'][0];

  const pass = (x: Float32Array): void => {
    hidden.forEach((each, i) => {
      const h = values[i];
      forward(each, i === 0 ? x : values[i - 1], h);
      for (let j = 0; j < h.length; j++) h[j] = act(h[j]);
    });
    for (const { own, raw } of heads) forward(own, values[depth - 1], raw);
  };

  return {
    groups,
    read() {
      for (const { name, variable } of trained) places.get(name)!.values.set(variable.dataSync());
    },
    write(assign) {
      for (const parameter of trained) assign(parameter, places.get(parameter.name)!.values);
    },
    outputs(x) {
      const count = x.length / width;
      const all = heads.map(({ own }) => new Float32Array(count * own.units));
      for (let i = 0; i < count; i++) {
        pass(x.subarray(i * width, (i + 1) * width));
        heads.forEach(({ raw }, k) => all[k].set(raw, i * raw.length));
      }
      return Object.fromEntries(heads.map(({ name }, k) => [name, all[k]]));
    },
    differentiate(batch) {
      for (const { gradients } of groups) gradients.fill(0);
      const given = heads.map(({ name }) => {
        const [target, mask] = [batch[`target/${name}`], batch[`mask/${name}`]];
        // As `maskedMean`: a mean over the examples that are known.
        return {
          target,
          mask,
          known: Math.max(
            1,
            mask.reduce((a, b) => a + b, 0),
          ),
          loss: 0,
        };
      });
      const all = batch['x'];
      for (let i = 0; i * width < all.length; i++) {
        const x = all.subarray(i * width, (i + 1) * width);
        pass(x);
        for (const of of slopes) of.fill(0);
        heads.forEach(({ own, raw, dRaw, kind, weight, isBlocked }, k) => {
          const task = given[k];
          if (task.mask[i] === 0) return;
          for (let j = 0; j < raw.length; j++) {
            const truth = task.target[i * raw.length + j];
            task.loss += kind.cost(raw[j], truth) / task.known;
            dRaw[j] = (weight * kind.slope(raw[j], truth)) / task.known;
          }
          if (weight === 0) return;
          backward(own, values[depth - 1], dRaw, isBlocked ? undefined : slopes[depth - 1]);
        });
        for (let l = depth - 1; l >= 0; l--) {
          const [h, d] = [values[l], slopes[l]];
          for (let j = 0; j < h.length; j++) d[j] *= slope(h[j]);
          backward(hidden[l], l === 0 ? x : values[l - 1], d, l === 0 ? undefined : slopes[l - 1]);
        }
      }
      return Object.fromEntries(heads.map(({ name }, k) => [name, given[k].loss]));
    },
  };
}
