import type { OnnxNode, Ref } from '../onnx/graph.ts';
import type { FileModel } from '../onnx/proto.ts';
import { dataType } from '../onnx/proto.ts';

/** A model in half precision: its constants and all that it computes. Inputs and outputs stay float32. */

const GREATEST = 65504;
/** 2⁻²⁴, the least number above 0 that half precision has. */
const LEAST = 2 ** -24;

/**
 * A number as 16 bits, rounded to the nearest, ties to even. What is too large becomes the greatest finite
 * number, what is too small the least above 0: a mask of −10³⁸ stays a mask, an epsilon no division by 0.
 */
export function toHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size === Infinity) return sign | 0x7c00;
  if (size === 0) return sign;
  const kept = Math.min(Math.max(size, LEAST), GREATEST);
  const exponent = Math.max(Math.floor(Math.log2(kept)), -14);
  const unit = 2 ** (exponent - 10);
  const quotient = kept / unit;
  const floor = Math.floor(quotient);
  const rest = quotient - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  const steps = floor + (up ? 1 : 0);
  // Below 1024 steps the number is one without a leading 1; at 2048 the exponent goes up by itself.
  return sign | (steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

/** Operators that ONNX defines for float32 alone. */
const float32Only = new Set(['NonMaxSuppression']);

/** The model with float16 in the place of float32, between its inputs and its outputs. */
export function inHalfPrecision(model: FileModel): FileModel {
  const { nodes, initialisers } = model.live();
  const floats = new Set(
    model.inputs.filter(({ type }) => type === 'float32').map(({ name }) => name),
  );
  const given = (ref: Ref): Ref =>
    floats.has(ref.name) ? { ...ref, name: `half:${ref.name}` } : ref;
  const results = new Set(
    model.outputs.filter(({ type }) => type === 'float32').map(({ name }) => name),
  );
  const made = (ref: Ref): Ref =>
    results.has(ref.name) ? { ...ref, name: `half:${ref.name}` } : ref;
  const named = (ref: Ref): Ref => made(given(ref));
  const cast = (from: Ref, to: Ref, type: 'float16' | 'float32'): OnnxNode => ({
    name: `cast:${to.name}`,
    op: 'Cast',
    domain: '',
    inputs: [from],
    outputs: [to],
    attributes: { to: dataType[type] },
  });
  const whole = nodes.find((node) => node.bodies);
  if (whole) {
    const place = whole.origin ? `${whole.origin.kernel} at ${whole.origin.site}` : whole.name;
    throw new Error(
      `save: float16: ${place}: a loop or a condition is written in float32 alone; leave float16 out`,
    );
  }
  const converted = nodes.flatMap((node): OnnxNode[] => {
    const inputs = node.inputs.map((ref) => ref && named(ref));
    const outputs = node.outputs.map(named);
    const { op, attributes } = node;
    if (float32Only.has(op)) {
      const wide = inputs.map((ref) =>
        ref?.type === 'float32' ? { ...ref, name: `${node.name}:${ref.name}` } : ref,
      );
      const casts = inputs.flatMap((ref, i) =>
        ref?.type === 'float32' ? [cast(ref, wide[i] as Ref, 'float32')] : [],
      );
      return [...casts, { ...node, inputs: wide, outputs }];
    }
    const half = op === 'Cast' && attributes['to'] === dataType.float32;
    return [{ ...node, inputs, outputs, attributes: half ? { to: dataType.float16 } : attributes }];
  });
  const before = model.inputs.filter(({ name }) => floats.has(name));
  const after = model.outputs.filter(({ name }) => results.has(name));
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    live: () => ({
      nodes: [
        ...before.map((ref) => cast(ref, given(ref), 'float16')),
        ...converted,
        ...after.map((ref) => cast(made(ref), ref, 'float32')),
      ],
      initialisers: initialisers.map(({ ref, data }) =>
        ref.type === 'float32'
          ? {
              ref: { ...ref, type: 'float16' as const },
              data: Uint16Array.from(data as Float32Array, toHalf),
            }
          : { ref, data },
      ),
    }),
  };
}
