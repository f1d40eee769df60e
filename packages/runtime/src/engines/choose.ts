import { refuseUnknown } from '../options.ts';
import { catalogue, engineOf, type CatalogueEntry, type EngineId } from './catalogue.ts';
import { commands } from './commands.ts';
import { reasonOf } from './device.ts';
import { tinyStep } from './tiny-step.ts';

/** Options of {@link chooseEngine}. */
export interface ChooseOptions {
  /** Engines to take, first ones first; others are not considered. Default: all, as listed. */
  readonly among?: readonly EngineId[];
  /** Told the line that says which engine runs and why the others do not. Default: stderr. */
  readonly say?: (line: string) => void;
}

/** The engine chosen. */
export interface Choice {
  readonly id: EngineId;
  /** What to give `compile`. */
  readonly options: CatalogueEntry['options'];
  /** Which engine runs and why the others do not. */
  readonly line: string;
}

/**
 * Takes the first engine that is present and computes a tiny training step rightly, and says so in
 * one line: `engine onnx/cpu; onnx/webgpu, onnx/cuda, tensorflow, cpu come later in the order`.
 * @throws when none of `among` works, with the reason of each, or when one is unknown
 * @example
 * ```ts
 * import { chooseEngine } from '@scene-mtl/runtime';
 * const { id, options } = await chooseEngine({ among: ['onnx/cpu', 'cpu'], say: () => {} });
 * id; // → 'onnx/cpu'
 * options; // → { engine: 'onnx', device: 'cpu' }
 * ```
 */
export async function chooseEngine(options: ChooseOptions = {}): Promise<Choice> {
  refuseUnknown('chooseEngine', options, ['among', 'say']);
  const { among, say = (line) => void process.stderr.write(`${line}\n`) } = options;
  const order = among ? among.map(engineOf) : catalogue;
  const refused: string[] = [];
  for (const [i, entry] of order.entries()) {
    const why = await refusal(entry);
    if (why !== undefined) {
      refused.push(`not ${entry.id}: ${why}`);
      continue;
    }
    const left = catalogue.filter((e) => !order.slice(0, i + 1).includes(e));
    const later = left.filter((e) => order.includes(e)).map((e) => e.id);
    const unasked = left.filter((e) => !order.includes(e)).map((e) => e.id);
    const parts = [
      `engine ${entry.id}`,
      ...refused,
      ...(later.length > 0 ? [`later in the order: ${later.join(', ')}`] : []),
      ...(unasked.length > 0 ? [`not asked for: ${unasked.join(', ')}`] : []),
    ];
    const line = parts.join('; ');
    say(line);
    return { id: entry.id, options: entry.options, line };
  }
  throw new Error(
    `chooseEngine: no engine runs: ${refused.join('; ')}. '${commands.engines}' says how to get one`,
  );
}

/** Why an engine does not run; undefined where it does. */
async function refusal(entry: CatalogueEntry): Promise<string | undefined> {
  const { present, why } = await entry.find();
  if (!present) return why;
  try {
    await tinyStep(entry.options);
    return undefined;
  } catch (error) {
    return reasonOf((error as Error).cause ?? error);
  }
}
