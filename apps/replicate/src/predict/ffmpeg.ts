import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { cannotWrite, makeFolder, PARTIAL } from '@scene-mtl/data/files';
import type { Size } from '@scene-mtl/data';
import type { Rgb } from '@scene-mtl/datasets';
import { dirname } from 'node:path';

/** What is known of a video before it is read. */
export interface VideoFacts {
  /** Frames a second, as ffmpeg takes it: `25/1`, `30000/1001`. */
  readonly rate: string;
  /** How many frames there will be, about; undefined where the file does not say how long it is. */
  readonly frames: number | undefined;
}

/** A process of ffmpeg, and what it said when it ended. */
interface Running {
  readonly child: ChildProcess;
  /** Resolves when it has ended well. @throws with the last line of what it said */
  readonly ended: Promise<void>;
}

/** Nothing but files is opened: a playlist could name addresses. */
const FROM_FILE = ['-protocol_whitelist', 'file,pipe'];

function started(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Running {
  const { env } = process;
  const child = spawn(program, ['-v', 'error', ...args], { stdio: 'pipe', env });
  let said = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-4096)));
  // A process that ended early says why by its code; the broken pipe says nothing more.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'ENOENT' ? notInstalled(program) : cause),
    );
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new Error(said.trim().split('\n').at(-1) || `${program} ended with code ${code}`));
    });
  });
  // Awaited later, when it may have failed already.
  ended.catch(() => undefined);
  return { child, ended };
}

const notInstalled = (program: string): Error =>
  new Error(
    `--video needs ffmpeg, and ${program} is not on the PATH; install it (apt-get install ffmpeg, ` +
      `brew install ffmpeg), or give pictures by --image`,
  );

const inputOf = (file: string): string[] => [...FROM_FILE, '-i', `file:${file}`];

/** Looks at the first video stream of a file. @throws naming a file without one; where ffmpeg is not installed */
export async function videoFacts(file: string): Promise<VideoFacts> {
  const { child, ended } = started('ffprobe', [
    ...['-select_streams', 'v:0', '-of', 'json'],
    ...['-show_entries', 'stream=avg_frame_rate,r_frame_rate,duration:format=duration'],
    ...inputOf(file),
  ]);
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part: string) => (text += part));
  await ended.catch((cause: Error) => {
    throw named(file, cause);
  });
  const { streams: [stream] = [], format } = JSON.parse(text) as Probed;
  const rate = [stream?.avg_frame_rate, stream?.r_frame_rate].find((one) => perSecond(one) > 0);
  if (rate === undefined) throw new Error(`--video ${file}: no video in it`);
  const seconds = Number(stream?.duration ?? format?.duration);
  const frames = Math.round(seconds * perSecond(rate));
  return { rate, frames: frames > 0 ? frames : undefined };
}

interface Probed {
  readonly streams?: readonly {
    readonly avg_frame_rate?: string;
    readonly r_frame_rate?: string;
    readonly duration?: string;
  }[];
  readonly format?: { readonly duration?: string };
}

/** `30000/1001` → 29.97; NaN for `0/0`. */
const perSecond = (rate = '0/0'): number => {
  const [whole, part = '1'] = rate.split('/');
  return Number(whole) / Number(part);
};

/** An error of ffmpeg as one of the flag. */
const named = (file: string, cause: Error): Error =>
  cause.message.startsWith('--video')
    ? cause
    : new Error(`--video ${file}: ffmpeg cannot read it (${cause.message})`, { cause });

/**
 * The frames of a video one after the other, turned as it says, at a steady rate; through a pipe, as many at a time
 * as are asked for.
 * @throws naming a file that cannot be read
 */
export async function* videoFrames(file: string, { rate }: VideoFacts): AsyncGenerator<Rgb> {
  const { child, ended } = started('ffmpeg', [
    ...['-nostdin', ...inputOf(file), '-map', '0:v:0', '-vf', `fps=${rate}`],
    ...['-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24', 'pipe:1'],
  ]);
  try {
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    let wanted = 1;
    let parts: Buffer[] = [];
    let length = 0;
    for await (const part of child.stdout as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length < wanted) continue;
      rest = Buffer.concat(parts);
      for (;;) {
        const frame = ppmFrame(rest);
        if (typeof frame === 'number') {
          wanted = frame;
          break;
        }
        yield frame.picture;
        rest = rest.subarray(frame.bytes);
      }
      [parts, length] = [[rest], rest.length];
    }
    await ended.catch((cause: Error) => {
      throw named(file, cause);
    });
  } finally {
    child.kill();
  }
}

/** The picture that bytes begin with (PPM, `P6`), or how many bytes are needed to say more. */
function ppmFrame(
  bytes: Buffer<ArrayBufferLike>,
): { readonly picture: Rgb; readonly bytes: number } | number {
  const [text, width, height] =
    /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.toString('latin1', 0, 64)) ?? [];
  if (text === undefined) return bytes.length + 1;
  const size = { height: Number(height), width: Number(width) };
  const end = text.length + 3 * size.height * size.width;
  if (bytes.length < end) return end;
  return {
    picture: { ...size, data: new Uint8Array(bytes.subarray(text.length, end)) },
    bytes: end,
  };
}

/** A video that is being written. */
export interface VideoWriter {
  /** Waits until the frame is taken. @param data `u8 [H, W, 3]` */
  write(data: Uint8Array): Promise<void>;
  /** Makes the file whole and gives it its name. */
  finish(): Promise<void>;
  /** Leaves nothing behind. Does nothing after `finish`. */
  abort(): Promise<void>;
}

/** Begins an MP4 of frames of one size, which come through a pipe; sides that are odd get a white line. */
export async function videoWriter(
  file: string,
  { height, width }: Size,
  { rate }: Pick<VideoFacts, 'rate'>,
): Promise<VideoWriter> {
  await makeFolder(dirname(file), file);
  const partial = `${file}${PARTIAL}`;
  const { child, ended } = started('ffmpeg', [
    ...[
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      '-s',
      [width, height].join('x'),
      '-r',
      rate,
      '-i',
      'pipe:0',
    ],
    // Half the rows and columns of colour: of odd sides there is no half.
    ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white', '-pix_fmt', 'yuv420p'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', `file:${partial}`],
  ]);
  let isWhole = false;
  const checked = () =>
    ended.catch((cause: Error) => {
      throw cannotWrite(file, cause);
    });
  return {
    async write(data) {
      if (child.stdin!.write(data)) return;
      await Promise.race([once(child.stdin!, 'drain'), checked()]);
    },
    async finish() {
      child.stdin!.end();
      await checked();
      await rename(partial, file);
      isWhole = true;
    },
    async abort() {
      if (isWhole) return;
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}
