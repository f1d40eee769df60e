import * as tf from '@tensorflow/tfjs';
import type { StageFeatures } from '../encoders/encoder.ts';
import { GATE_CELLS, glanceSize, softmaxGate } from '../layers/gate.ts';
import { mixture } from '../layers/mixture.ts';
import type { Scope } from '../layers/scope.ts';
import type { Head } from '../network.ts';
import type { ArchitecturePlace, Penalty, Sharing, StageSharing } from './architecture.ts';
import type { ArchitectureSizes } from './define.ts';
import { headOn, ownerFor, perHead } from './parts.ts';

/** A task's gate over its experts. */
export interface Gate {
  /** Symbolic `[B, experts]`. */
  readonly weights: tf.SymbolicTensor;
  /** What it gives for an input of zeros, by the weights as they are now: `[experts]`. */
  now(): Float32Array;
  readonly penalties?: readonly Penalty[];
}

/** Makes a task's gate, in the scope of that task. */
export type GateOn = (input: tf.SymbolicTensor, scope: Scope, experts: number) => Gate;

/** The gate of MMoE and CGC: see `softmaxGate`. */
export const softGate: GateOn = (input, scope, choices) => {
  const weights = softmaxGate(input, scope, { choices, cells: GATE_CELLS.picture });
  return { weights, now: () => atZero(weights, softmaxOf) };
};

/** Trainable numbers of {@link softGate}: `experts · (glance + 1)`. */
export const softGateSize = ({ input }: ArchitectureSizes, experts: number): number =>
  experts * (glanceSize(input, GATE_CELLS.picture) + 1);

const softmaxOf = (logits: tf.Tensor): tf.Tensor => tf.softmax(logits);

/** What an activation makes of the bias of the dense layer before it. */
export function atZero(
  activated: tf.SymbolicTensor,
  activation: (bias: tf.Tensor) => tf.Tensor,
): Float32Array {
  const [logits] = activated.inputs;
  const bias = logits.sourceLayer.weights[1].read();
  return tf.tidy(() => activation(bias).dataSync<'float32'>());
}

/** How many experts all tasks have in common, and how many each has of its own. */
export interface ExpertCounts {
  readonly shared: number;
  readonly own: number;
}

/** Trainable numbers of the encoder, built once. */
export const encoderSize = ({ stages }: ArchitectureSizes): number =>
  stages.reduce((sum, { parameters }) => sum + parameters, 0);

/** Trainable numbers of experts without their gates: `(shared + own · tasks) · encoder`. */
export const expertsSize = (sizes: ArchitectureSizes, { shared, own }: ExpertCounts): number =>
  (shared + own * sizes.tasks.length) * encoderSize(sizes);

/**
 * Whole encoders as experts, mixed by a gate of each task that looks at the input: `xₐ = Σₑ gₐₑ xₑ`, the shared
 * experts first. A head that reads an earlier stage gets that of all experts, mixed by the same gate. A task of one
 * expert has no gate.
 */
export function expertNetwork(
  { input, encoder, heads, seed }: ArchitecturePlace,
  { shared, own }: ExpertCounts,
  gateOn: GateOn,
): Sharing {
  const built = (scope: Scope) => encoder.build(input, scope);
  const common = Array.from({ length: shared }, (_, e) =>
    built({ name: `expert${e + 1}`, seed, owner: ownerFor(namesOf(heads), heads) }),
  );
  const gates = new Map<string, Gate>();
  const stages = perHead(heads, ({ name }): StageFeatures[] => {
    const owner = ownerFor([name], heads);
    const mine = Array.from({ length: own }, (_, e) =>
      built({ name: `${name}/expert${e + 1}`, seed, owner }),
    );
    const experts = [...common, ...mine];
    if (experts.length === 1) return experts[0];
    const gate = gateOn(input, { name: `${name}/gate`, seed, owner }, experts.length);
    gates.set(name, gate);
    return encoder.stages.map((stage, s) => ({
      ...experts[0][s],
      features: mixture(
        experts.map((of) => of[s].features),
        gate.weights,
        `${name}/mixture/${stage.name}`,
      ),
    }));
  });
  const penalties = [...gates.values()].flatMap((gate) => gate.penalties ?? []);
  return {
    outputs: perHead(heads, (head) => headOn(head, stages[head.name], seed)),
    stages,
    ...(penalties.length > 0 && { penalties }),
    sharing() {
      const found = new Map([...gates].map(([task, gate]) => [task, [...gate.now()]]));
      // Every stage of an expert is mixed alike.
      return encoder.stages.map(({ name }) => gatedSharing(name, namesOf(heads), found, shared));
    },
  };
}

const namesOf = (heads: readonly Head[]): string[] => heads.map(({ name }) => name);

/**
 * How much tasks take from the same experts: of two tasks `Σₑ min(gₐₑ, gᵦₑ)` over those that both may take, the mean
 * of all pairs.
 * @param gates of each task, the shared experts first; absent: it has one expert
 * @param shared experts that all may take
 */
export function gatedSharing(
  stage: string,
  tasks: readonly string[],
  gates: ReadonlyMap<string, readonly number[]>,
  shared: number,
): StageSharing {
  const of = (task: string) => gates.get(task) ?? [1];
  const overlap = (a: string, b: string): number =>
    Array.from({ length: shared }, (_, e) => Math.min(of(a)[e], of(b)[e])).reduce(
      (sum, one) => sum + one,
      0,
    );
  const pairs = tasks.flatMap((a, i) => tasks.slice(i + 1).map((b) => overlap(a, b)));
  const degree = pairs.length > 0 ? pairs.reduce((sum, one) => sum + one, 0) / pairs.length : 1;
  const values = tasks.flatMap((task) => {
    const gate = gates.get(task) ?? [];
    return gate.map((g, e) => {
      const expert = e < shared ? `expert${e + 1}` : `own${e - shared + 1}`;
      return [`gate/${expert}→${task}`, g] as const;
    });
  });
  return { stage, degree, values: Object.fromEntries(values) };
}
