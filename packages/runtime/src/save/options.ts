import { opsets, type Opset } from '../onnx/opset.ts';
import { OPSET } from '../onnx/proto.ts';
import { refuseUnknown } from '../options.ts';

/** Options of `Compiled.save`. */
export interface SaveOptions {
  /** Written as the model's `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** ONNX operator set, 17 to 21: what the reader must know. Default: 21. */
  readonly opset?: Opset;
  /**
   * For a step with an open batch (`shape: [null, …]`): the one size that the file is for. Default: every size, the
   * first dimension is called `batch`.
   */
  readonly batch?: number;
  /**
   * Whether the file computes in half precision (float16), in half the space. Inputs and outputs stay float32; a number
   * above 65504 becomes 65504, one below 2⁻²⁴ becomes that. Default: false.
   */
  readonly float16?: boolean;
  /**
   * Whether constants of 1 KB or more lie in a second file beside the first, `NAME.HASH.data`, which has to stay there.
   * Default: where they do not fit into one, at 2 GB.
   */
  readonly externalData?: boolean;
}

/** Options of `save` with their defaults. */
export interface Settings extends Required<Omit<SaveOptions, 'batch' | 'externalData'>> {
  readonly batch: number | undefined;
  readonly externalData: boolean | undefined;
}

const names = ['metadata', 'opset', 'batch', 'float16', 'externalData'] as const;

/** @throws naming an option that is unknown or out of range */
export function saveSettings(options: SaveOptions, open: boolean): Settings {
  refuseUnknown('save', options, names);
  const { metadata = {}, opset = OPSET, batch, float16 = false, externalData } = options;
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new Error(`save: metadata '${key}': expected a text, got ${typeof value}`);
  }
  if (!opsets.includes(opset)) {
    throw new Error(`save: opset: expected one of ${opsets.join(', ')}, got ${String(opset)}`);
  }
  if (batch !== undefined && !open) {
    throw new Error('save: batch: expected none, since the signature has no size left open (null)');
  }
  if (batch !== undefined && (!Number.isSafeInteger(batch) || batch < 1)) {
    throw new Error(`save: batch: expected a whole number above 0, got ${String(batch)}`);
  }
  return { metadata, opset, batch, float16, externalData };
}
