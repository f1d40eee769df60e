import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { commands } from './commands.ts';
import { checkTelemetry, disableTelemetry } from './quiet.ts';

/**
 * What ONNX Runtime computes on: `cpu`, `webgpu` (a graphics card through Vulkan, Metal or Direct3D
 * 12; in the same npm package) or `cuda` (an NVIDIA card; its library is a separate download).
 */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** The devices, preferred ones first. */
export const devices: readonly Device[] = ['cpu', 'webgpu', 'cuda'];

disableTelemetry();

/** ONNX Runtime, loaded when first used: it has no binary for some platforms (Intel Macs). */
export async function onnxRuntime(): Promise<typeof Ort> {
  try {
    checkTelemetry();
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new Error(
      `engine onnx: onnxruntime-node does not load on ${process.platform}/${process.arch}: ` +
        `${reasonOf(cause)}; engines 'tensorflow' and 'cpu' do without it`,
      { cause },
    );
  }
}

/** What an error says: its first line, without ONNX Runtime's place in its own source. */
export const reasonOf = (error: unknown): string =>
  String((error as { message?: unknown } | null)?.message ?? error)
    .trim()
    .split('\n')[0]
    .replace(/^\/onnxruntime_src\/.* was false\. /, '');

/** The package exports this but leaves it out of its types. */
type Listing = typeof Ort & {
  listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
};

/** Why ONNX Runtime's package cannot offer a device here; undefined where it can. */
export function missingDevice(ort: typeof Ort, device: Device): string | undefined {
  const platform = `${process.platform}/${process.arch}`;
  const listed = (ort as Listing).listSupportedBackends().find(({ name }) => name === device);
  if (!listed) return `onnxruntime-node has no ${device} for ${platform}`;
  if (listed.bundled) return undefined;
  // Asking ONNX Runtime itself would print to the console.
  const library = `libonnxruntime_providers_${device}.so`;
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const file = join(dirname(entry), '..', 'bin', 'napi-v6', platform, library);
  return existsSync(file) ? undefined : `${library} is not installed`;
}

/** The command that gets what a device lacks. */
export const deviceCommands: Readonly<Record<Device, string>> = {
  cpu: commands.install,
  webgpu: 'install a graphics driver with Vulkan 1.1 (Linux), Metal or Direct3D 12',
  cuda: commands.onnxCuda,
};

/** The error of a session that cannot be created on a device. */
export const deviceError = (device: Device, why: string, cause?: unknown): Error =>
  new Error(
    `compile: engine onnx on device ${device} does not start: ${why}; to get it: ` +
      `${deviceCommands[device]}. '${commands.engines}' lists what runs here; device 'cpu' always does`,
    { cause },
  );
