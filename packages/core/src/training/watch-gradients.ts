import { gradientHealth } from '../balancing/gradient-health.ts';
import type { GramStep } from '../steps/gram-step.ts';
import type { CompileStep } from './compiled-step.ts';

/** A compiled {@link GramStep}: a batch in, numbers out. */
export interface GradientWatch {
  /** @returns undefined where fewer than two objectives have a gradient; what is not finite stays so */
  look(
    inputs: Readonly<Record<string, Float32Array>>,
  ): Promise<Readonly<Record<string, number>> | undefined>;
  /** Frees what was compiled. */
  dispose(): Promise<void>;
}

/**
 * Compiles a step that looks at gradients; the variables are read anew at each look. Logged are `cosine/<task>+<task>`
 * of each pair, and what else {@link gradientHealth} gives.
 */
export async function watchGradients(step: GramStep, compile: CompileStep): Promise<GradientWatch> {
  const compiled = await compile(step.run, step.signature);
  const own = Object.keys(step.signature);
  return {
    async look(inputs) {
      await compiled.push();
      const { gram } = await compiled.run(
        Object.fromEntries(own.map((name) => [name, inputs[name]])),
      );
      const health = gradientHealth(gram, step.objectives);
      if (!health) return undefined;
      const { cosines, conflicts, magnitudeSimilarity, conditionNumber, cosineToMean } = health;
      return {
        ...Object.fromEntries(Object.entries(cosines).map(([pair, c]) => [`cosine/${pair}`, c])),
        ...{ conflicts, magnitudeSimilarity, conditionNumber, cosineToMean },
      };
    },
    dispose: () => Promise.resolve(compiled.dispose()),
  };
}
