import { readFile } from 'node:fs/promises';
import type { Camera } from '@scene-mtl/data';
import { parseJson } from '@scene-mtl/data/json';

/** A Cityscapes camera file: rad, metres, and px at the image's own size. */
export interface CameraFile {
  readonly extrinsic: Record<'baseline' | 'pitch' | 'roll' | 'x' | 'y' | 'yaw' | 'z', number>;
  readonly intrinsic: Record<'fx' | 'fy' | 'u0' | 'v0', number>;
}

const EXTRINSIC = ['baseline', 'pitch', 'roll', 'x', 'y', 'yaw', 'z'] as const;
const INTRINSIC = ['fx', 'fy', 'u0', 'v0'] as const;

/**
 * Reads a camera file and scales its intrinsics by the ratio of sizes.
 * @param ratio size of the sample ÷ size of the image, per side
 * @throws when the file is missing, is not JSON, or a field is absent or no finite number
 */
export async function readCamera(
  file: string,
  ratio: { height: number; width: number },
): Promise<Camera> {
  const content = await readJson(file, 'camera');
  const extrinsic = section(file, content, 'extrinsic', EXTRINSIC);
  const { fx, fy, u0, v0 } = section(file, content, 'intrinsic', INTRINSIC);
  return {
    ...extrinsic,
    fx: fx * ratio.width,
    fy: fy * ratio.height,
    u0: u0 * ratio.width,
    v0: v0 * ratio.height,
  };
}

/** The camera file of a camera, at the camera's own resolution. */
export function cameraFile({ fx, fy, u0, v0, ...extrinsic }: Camera): CameraFile {
  return { extrinsic, intrinsic: { fx, fy, u0, v0 } };
}

/** Content of a JSON file of a kind. @throws when it is missing or no JSON; the message names it */
export async function readJson(file: string, kind: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
  try {
    return parseJson(text, file);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}; expected a JSON ${kind} file`, { cause });
  }
}

function section<Key extends string>(
  file: string,
  content: unknown,
  name: string,
  keys: readonly Key[],
): Record<Key, number> {
  const fields = (content as Record<string, Record<string, unknown>> | null)?.[name];
  const result = {} as Record<Key, number>;
  for (const key of keys) {
    const value = fields?.[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new Error(`${file}: expected ${name}.${key} as a number, got ${JSON.stringify(value)}`);
    }
    result[key] = value;
  }
  return result;
}
