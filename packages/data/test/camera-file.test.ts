import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cameraFile, isCentred, readBaselineFx, readCameraFile } from '../src/camera-file.ts';

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'camera-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const size = { height: 1024, width: 2048 };
const camera = {
  ...{ baseline: 0.2, pitch: 0.03, roll: 0, x: 1.7, y: 0.1, yaw: -0.01, z: 1.2 },
  ...{ fx: 2262, fy: 2265, u0: 1096, v0: 513 },
};

async function file(content: unknown, before = ''): Promise<string> {
  const path = join(folder, 'a_camera.json');
  await writeFile(path, before + (typeof content === 'string' ? content : JSON.stringify(content)));
  return path;
}

describe('a camera file', () => {
  test('is read with a byte-order mark and without', async () => {
    for (const mark of ['', '\ufeff']) {
      const path = await file(cameraFile(camera), mark);
      expect(await readCameraFile(path, size)).toEqual(camera);
      expect(await readBaselineFx(path, size)).toBe(0.2 * 2262);
    }
  });

  test('names itself and the field at fault', async () => {
    const { extrinsic, intrinsic } = cameraFile(camera);
    for (const [content, reason] of [
      ['{', /a_camera\.json:1:2: expected/],
      ['[]', /a_camera\.json: expected an object, got \[\]/],
      [{ extrinsic }, /a_camera\.json: intrinsic: expected an object, got nothing/],
      [
        { extrinsic: { ...extrinsic, yaw: '0' }, intrinsic },
        /a_camera\.json: extrinsic\.yaw: expected a number, got "0"/,
      ],
      [
        { extrinsic, intrinsic: { ...intrinsic, fy: 0 } },
        /a_camera\.json: intrinsic\.fy: expected a number > 0, got 0/,
      ],
    ] as const) {
      await expect(readCameraFile(await file(content), size)).rejects.toThrow(reason);
    }
    const mono = { extrinsic: { baseline: 0 }, intrinsic: { fx: 500 } };
    await expect(readBaselineFx(await file(mono), size)).rejects.toThrow(
      /extrinsic\.baseline: expected a number > 0, got 0/,
    );
  });

  test('of another resolution is refused: its principal point lies outside the picture', async () => {
    const path = await file(cameraFile(camera));
    for (const small of [
      { height: 512, width: 1024 },
      // The column still lies inside, the row does not.
      { height: 512, width: 2048 },
    ]) {
      const reason = /v0 513, column u0 1096\) lies outside its picture of 512 × .*scale intrinsic/;
      await expect(readCameraFile(path, small)).rejects.toThrow(reason);
      await expect(readBaselineFx(path, small)).rejects.toThrow(reason);
    }
    // Pixel centres are whole numbers: the last column is 2047, its right side 2047.5.
    const edge = await file(cameraFile({ ...camera, u0: 2047.5 }));
    expect((await readCameraFile(edge, size)).u0).toBe(2047.5);
    const beyond = await file(cameraFile({ ...camera, u0: 2047.6 }));
    await expect(readCameraFile(beyond, size)).rejects.toThrow(/outside/);
  });

  test('is off centre where the picture was scaled by 3/4 or doubled and the file was not', () => {
    expect(isCentred(camera, size)).toBe(true);
    expect(isCentred(camera, { height: 768, width: 1536 })).toBe(false); // 1096 / 1536 = 0.714
    expect(isCentred(camera, { height: 2048, width: 4096 })).toBe(false); // 513 / 2048 = 0.250
  });
});

test('whatever a camera file holds, it is a camera or an error that names the file', async () => {
  const odd = fc.oneof(fc.double(), fc.constantFrom(null, '1', [], {}, true, 0, -1, 1e308));
  const part = (names: string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
  const content = fc.record(
    {
      extrinsic: fc.oneof(odd, part(Object.keys(cameraFile(camera).extrinsic))),
      intrinsic: fc.oneof(odd, part(Object.keys(cameraFile(camera).intrinsic))),
    },
    { requiredKeys: [] },
  );
  const whole = fc.constant(cameraFile(camera));
  const json = fc.oneof(content, whole, fc.jsonValue()).map((value) => JSON.stringify(value));
  const text = fc.tuple(json, fc.nat(), fc.string()).map(([t, at, more]) => {
    const cut = at % (t.length + 1);
    return more.length > 6 ? t.slice(0, cut) + more + t.slice(cut) : t;
  });
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const path = await file(content);
      try {
        const found = await readCameraFile(path, size);
        expect(Object.values(found).every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect((error as Error).message.startsWith(`${path}:`)).toBe(true);
      }
    }),
    { numRuns: Number(process.env['FUZZ'] ?? 300) },
  );
});
