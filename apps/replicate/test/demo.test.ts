import { get, type IncomingMessage } from 'node:http';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { duel, type Frame } from '../src/demo/duel.ts';
import { serveDemo, verdict } from '../src/demo/serve.ts';
import { SIZE, toyPicture } from '../src/demo/toy-picture.ts';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
});

async function lastOf(seed: number, steps: number): Promise<Frame> {
  let last: Frame | undefined;
  for await (const frame of duel(seed, Infinity, steps)) last = frame;
  return last!;
}

test('learned weights tell more classes right: the loss of the hundreds gets the small one', async () => {
  // A part of the way; `npm run demo:seeds` goes all of it.
  const [plain, learned] = (await lastOf(1, 200)).states;
  expect(learned.right).toBeGreaterThan(plain.right);
  expect(plain.weights).toEqual([0.5, 0.5]);
  expect(learned.weights[0]).toBeGreaterThan(3 * learned.weights[1]);
});

test('the same seed gives the same numbers', async () => {
  expect(await lastOf(2, 5)).toEqual(await lastOf(2, 5));
});

test('a picture: regions and waves, learned from with errors', () => {
  const { classes, givenClasses, distance, givenDistance } = toyPicture(3);
  const pixels = SIZE.height * SIZE.width;
  // A tenth is drawn anew, of which a quarter is as it was: 7.5 % ± 4 · √(0.075 · 0.925 / 1152).
  const wrong = classes.filter((kind, i) => kind !== givenClasses[i]).length / pixels;
  expect(Math.abs(wrong - 0.075)).toBeLessThan(0.031);
  const square = distance.reduce((sum, value, i) => sum + (value - givenDistance[i]) ** 2, 0);
  // σ = 20 cm, ± 4 · 20 / √(2 · 1152).
  expect(Math.abs(Math.sqrt(square / pixels) - 20)).toBeLessThan(1.7);
});

/** What an address of this machine answers. */
const answer = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; head: IncomingMessage['headers']; text: string }>(
    (resolve, reject) => {
      get(url, { headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({ status: response.statusCode, head: response.headers, text }),
        );
      }).on('error', reject);
    },
  );

test('a page for this machine alone; frames from the beginning to the end, then nothing serves', async () => {
  let served = Promise.resolve({} as Frame);
  const url = await new Promise<string>((onReady, reject) => {
    served = serveDemo({ seed: 1, port: 0, pause: 0, steps: 10, onReady });
    served.catch(reject);
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const page = await answer(url);
  expect(page.head['content-security-policy']).toContain("default-src 'none'");
  // Nothing is loaded from elsewhere.
  expect(page.text).not.toMatch(/https?:|src=/);
  expect((await answer(url, { host: 'elsewhere.example' })).status).toBe(403);
  expect((await answer(`${url}nothing`)).status).toBe(404);
  const { text } = await answer(`${url}frames`);
  const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  expect(events).toEqual(['picture', 'frame', 'frame', 'frame', 'end']);
  const steps = [...text.matchAll(/^data: \{"step":(\d+),/gm)].map(([, step]) => Number(step));
  expect(steps).toEqual([1, 5, 10]);
  expect(text).toContain(JSON.stringify(verdict(await served)));
  await expect(answer(url)).rejects.toThrow();
});
