import * as tf from '@tensorflow/tfjs';
import { insideStep } from '../ops/inside-step.ts';
import { checkOutputs, type InputTensors, type Outputs, type Signature } from '../signature.ts';
import { CAPTURE, type CaptureBackend } from './backend.ts';
import { bind, release, type Bound } from './bind.ts';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { captureBackend } from './register.ts';
import { withSeed } from './seed.ts';
import type { Trace, TraceValue, TraceVariable } from './value.ts';

type MakeVariable = (...args: unknown[]) => tf.Variable;

const registered = (): tf.Variable[] =>
  Object.values(
    (tf.engine() as unknown as { registeredVariables: Record<string, tf.Variable> })
      .registeredVariables,
  );

/** A variable that came into being while a step ran. */
export interface Created {
  readonly variable: tf.Variable;
  /** The value that it starts from. */
  readonly initial: TraceValue;
  /** The value that it has at the end of the step. */
  final: TraceValue;
}

/** A trace, and what else the step did. */
export interface Captured {
  readonly trace: Trace;
  /** Optimisers that counted a step; they count in JavaScript, outside the graph. */
  readonly optimisers: readonly tf.Optimizer[];
  readonly created: readonly Created[];
}

/** How a step is captured. */
export interface CaptureOptions {
  /** Name of the input that the random layers draw from. */
  readonly seed?: string;
  /** Whether the step has been called before: then it must draw no random numbers for what it makes. */
  readonly again?: boolean;
  /** Whether the places of its ops are noted, which costs a third of the time. Default: not again. */
  readonly places?: boolean;
}

/**
 * Runs `step` once on symbolic inputs and records what it does. Variables keep their values: those
 * that the step assigned are put back afterwards.
 *
 * @throws CaptureError for an op without a lowering, a value read inside the step, or a tensor that
 * outlives it, each naming the place
 */
export function capture<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  { seed, again = false, places = !again }: CaptureOptions = {},
): Captured {
  const target = captureBackend();
  const previous = tf.getBackend();
  const before = registered();
  // setBackend is synchronous for a backend that is ready; its promise only reports success.
  void tf.setBackend(CAPTURE);
  target.beginTrace(places);
  const bound = before.map((variable) => bind(target, variable));
  const optimisers: tf.Optimizer[] = [];
  const created: Created[] = [];
  const unwatch = watch(target, optimisers, created, again);
  let captured: Captured;
  let done = false;
  let results: Outputs;
  // Not tf.tidy: it would walk the whole trace in search of tensors to keep.
  tf.engine().startScope('capture');
  try {
    const inputs: Record<string, tf.Tensor> = {};
    const inputValues: Record<string, TraceValue> = {};
    for (const [name, { shape, dtype }] of Object.entries(signature)) {
      inputs[name] = target.tensorOf(shape, dtype, { kind: 'input', name });
      inputValues[name] = target.traceValue(inputs[name].dataId);
    }
    const drawn = seed === undefined ? undefined : inputs[seed];
    const result: unknown = insideStep(() =>
      withSeed(drawn, () => step(inputs as InputTensors<S>)),
    );
    checkOutputs(result);
    results = result;
    const outputs = Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, asShaped(target, tensor)]),
    );
    for (const one of created) one.final = target.traceValue(one.variable.dataId);
    const nodes = [...target.recorded];
    const variables = variablesOf(target, { nodes, outputs }, bound);
    captured = { trace: { nodes, inputs: inputValues, outputs, variables }, optimisers, created };
    done = true;
  } finally {
    tf.engine().endScope();
    unwatch();
    for (const binding of bound) release(target, binding);
    void tf.setBackend(previous);
    target.returnMoved(tf.backend());
    if (!done) startAnew(created);
  }
  try {
    const kept = [...created.map(({ variable }) => variable), ...Object.values(results)];
    target.refuseSurvivors(kept.filter(({ isDisposed }) => !isDisposed));
  } catch (error) {
    startAnew(created);
    throw error;
  } finally {
    target.endTrace();
  }
  return captured;
}

/** Notes the optimisers that count and the variables that are made, until it is told to stop. */
function watch(
  target: CaptureBackend,
  optimisers: tf.Optimizer[],
  created: Created[],
  refusesDraws: boolean,
): () => void {
  const counter = tf.Optimizer.prototype as unknown as { incrementIterations: () => void };
  const { incrementIterations } = counter;
  counter.incrementIterations = function (this: tf.Optimizer) {
    optimisers.push(this);
  };
  const engine = tf.engine() as unknown as { makeVariable?: MakeVariable };
  const makeVariable = engine.makeVariable as MakeVariable;
  engine.makeVariable = function (...args) {
    const variable = makeVariable.apply(tf.engine(), args);
    // Noted here: by the end of the step it may hold what was assigned since.
    const initial = target.traceValue(variable.dataId);
    created.push({ variable, initial, final: initial });
    return variable;
  };
  const { random } = Math;
  if (refusesDraws) {
    Math.random = () => {
      throw new CaptureError(
        `compile: a random draw inside the step at ${callSite()} would freeze into a constant; ` +
          'draw it outside and pass it in as an input, or use randomUniform, randomNormal and dropout ' +
          'of this package with a seed that is an input',
      );
    };
  }
  return () => {
    counter.incrementIterations = incrementIterations;
    // The engine's own method is its prototype's.
    delete engine.makeVariable;
    Math.random = random;
  };
}

/** The variables that a step reads or assigns. */
function variablesOf(
  target: CaptureBackend,
  { nodes, outputs }: Pick<Trace, 'nodes' | 'outputs'>,
  bound: readonly Bound[],
): TraceVariable[] {
  const reads = new Map<tf.Variable, TraceValue>();
  const note = (value: TraceValue) => {
    if (value.source.kind === 'variable') reads.set(value.source.variable, value);
  };
  for (const node of nodes) Object.values(node.inputs).forEach(note);
  Object.values(outputs).forEach(note);
  const variables: TraceVariable[] = [];
  for (const { variable, symbol } of bound) {
    const read = reads.get(variable);
    const assigned = variable.dataId !== symbol.dataId;
    const write = assigned ? target.traceValue(variable.dataId) : undefined;
    // An assignment of another variable's old value reads that one.
    if (write) note(write);
    if (read || write) {
      variables.push({ variable, ...(read && { read }), ...(write && { write }) });
    }
  }
  return variables;
}

/**
 * Gives what a step created, such as an optimiser's slots, the value that it starts from.
 * @returns the variables whose start depends on an input; they are zero now
 */
export function startAnew(created: Captured['created']): tf.Variable[] {
  const unknown: tf.Variable[] = [];
  for (const { variable, initial } of created) {
    if (variable.isDisposed) continue;
    const { shape, dtype } = initial;
    const data = evaluate(initial, true);
    if (!data) unknown.push(variable);
    tf.tidy(() =>
      variable.assign(
        data ? tf.tensor(data.slice(), [...shape], dtype) : tf.zeros([...shape], dtype),
      ),
    );
  }
  return unknown;
}

function asShaped(target: CaptureBackend, tensor: tf.Tensor): TraceValue {
  const value = target.traceValue(tensor.dataId);
  if (tf.util.arraysEqual([...value.shape], tensor.shape)) return value;
  return target.traceValue(tensor.add(0).dataId);
}
