import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from '@jest/globals';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

const executable = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** A test that needs a browser: skipped, with the reason in its name, where none is on the PATH. */
export const withBrowser = (title: string, body: () => Promise<void>): void =>
  executable
    ? test(title, body)
    : test.skip(`${title} (skipped: no ${names.join(', ')} on the PATH)`, body);

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

/** Runs one command of a browser of its own on a page; gives what it prints. */
async function browsed(html: string, ...args: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'eval-browser-'));
  const file = join(folder, 'page.html');
  await writeFile(file, html);
  try {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];
    const own = [`--user-data-dir=${join(folder, 'profile')}`, ...args, `file://${file}`];
    const limits = { maxBuffer: 2 ** 28, timeout: 100_000 };
    return (await promisify(execFile)(executable ?? '', [...flags, ...own], limits)).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * What scripts of a page find, as JSON.
 * @param scripts whole scripts, then one expression whose value or promise is the answer
 */
export async function askPage<T>(
  html: string,
  { width, height, dark = false }: Look,
  ...scripts: readonly string[]
): Promise<T> {
  const ask = scripts[scripts.length - 1];
  const before = scripts.slice(0, -1).map((script) => `<script>${script}</script>`);
  // In a frame of that size, since a window cannot be as narrow as a phone.
  const inner = html.replace(
    '</body>',
    () =>
      `${before.join('')}<script>(async () => parent.postMessage(JSON.stringify(await (${ask})), '*'))().catch((error) => parent.postMessage(JSON.stringify({ error: String(error) }), '*'));</script></body>`,
  );
  const frame = inner.replace(/[&"]/g, (char) => (char === '&' ? '&amp;' : '&quot;'));
  const outer = `<!doctype html><pre id="answer"></pre><script>addEventListener('message', ({ data }) => { document.getElementById('answer').textContent = encodeURIComponent(data); document.querySelector('iframe').remove(); });</script><iframe style="border:0;width:${width}px;height:${height}px" srcdoc="${frame}"></iframe>`;
  const dom = await browsed(
    outer,
    ...['--dump-dom', '--virtual-time-budget=60000', '--window-size=1400,1000'],
    `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
  );
  const answer = /<pre id="answer">([^<]*)<\/pre>/.exec(dom)?.[1];
  if (!answer) throw new Error(`the browser gave no answer: ${dom.slice(0, 300)}`);
  const value = JSON.parse(decodeURIComponent(answer)) as T & { error?: string };
  if (value?.error !== undefined) throw new Error(value.error);
  return value;
}
