import { spawn } from 'node:child_process';

/** What opens an address on a platform. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // The first argument in quotes would be a title.
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens an address in the user's browser; nothing happens where there is none. */
export function openInBrowser(url: string, platform = process.platform): void {
  const [command, ...words] = OPENERS[platform] ?? ['xdg-open'];
  const child = spawn(command, [...words, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
