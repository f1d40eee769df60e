import type * as Ort from 'onnxruntime-node';
import { deviceError, missingDevice, reasonOf } from './device.ts';
import type { OnnxOptions } from './onnx.ts';

const SPIN_MICROSECONDS = '20';

/** What holds for a graph of any kind; beyond it ONNX Runtime's own settings, those for a file. */
const fileOptions = ({
  device = 'cpu',
  threads,
  profile,
}: OnnxOptions): Ort.InferenceSession.SessionOptions => ({
  ...(device !== 'cpu' && { executionProviders: [device] }),
  ...(threads !== undefined && { intraOpNumThreads: threads }),
  logSeverityLevel: 3,
  ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
});

const stepOptions = (options: OnnxOptions): Ort.InferenceSession.SessionOptions => ({
  ...fileOptions(options),
  // Lowering has made its choices; ONNX Runtime's own passes would join transposes into slow ones.
  graphOptimizationLevel: 'disabled',
  executionMode: 'sequential',
  // A planned block would come on top of what the first run took from the arena, and stay.
  enableMemPattern: false,
  extra: {
    session: {
      // A thread that sleeps at once is woken hundreds of times a step; one that spins on takes the
      // processor from whatever else runs there. So it spins for about as long as waking takes.
      intra_op: { allow_spinning: '1', spin_duration_us: SPIN_MICROSECONDS },
      // Every DequantizeLinear would be run once for each node that reads it.
      disable_quant_qdq: '1',
    },
  },
});

/** A session for a model; an error that names the device where that cannot start. */
export async function sessionFor(
  ort: typeof Ort,
  model: Uint8Array,
  options: OnnxOptions,
  asFile: boolean,
): Promise<Ort.InferenceSession> {
  const { device = 'cpu' } = options;
  const settings = (asFile ? fileOptions : stepOptions)(options);
  if (device === 'cpu') return ort.InferenceSession.create(model, settings);
  const missing = missingDevice(ort, device);
  if (missing !== undefined) throw deviceError(device, missing);
  try {
    return await ort.InferenceSession.create(model, settings);
  } catch (cause) {
    throw deviceError(device, reasonOf(cause), cause);
  }
}
