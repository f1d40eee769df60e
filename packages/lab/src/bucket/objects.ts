import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { cannotWrite, PARTIAL } from '@scene-mtl/data/files';
import type { BucketAddress } from './address.ts';
import { bucketClient } from './client.ts';
import { BucketFailure, bucketFailure, statusOf } from './failure.ts';
import type { BucketTiming } from './timing.ts';

/** A small object, and the state that it is in. */
export interface ReadObject {
  readonly text: string;
  /** Changes with each write. */
  readonly etag: string;
  /** ms since it was written, by the server's own clock. */
  readonly age: number;
}

/** What an object must be for a write to happen. */
export type WriteCondition = { readonly isNew: true } | { readonly etag: string };

/**
 * The objects of a bucket below its prefix. What gets no answer, or one that passes, is tried again with growing
 * pauses for as long as the patience reaches; what is refused is thrown at once, as a `BucketFailure` that says
 * what it was.
 */
export interface Objects {
  readonly shown: string;
  /** Undefined where there is none. */
  read(key: string): Promise<ReadObject | undefined>;
  /**
   * Writes a small object if it is as expected.
   * @returns its new state; undefined where it was not as expected, which a write that was tried again may have
   * caused itself
   */
  write(key: string, text: string, condition: WriteCondition): Promise<string | undefined>;
  /** Writes the first bytes of a file, a piece at a time. @param sha256 of them, which the server compares */
  upload(key: string, file: string, bytes: number, sha256: string): Promise<void>;
  /**
   * Writes an object into a file, a piece at a time, whole or not at all.
   * @returns false where there is none
   * @throws for bytes that are not those of the sum
   */
  download(key: string, file: string, sha256: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** All keys that begin so. */
  list(start: string): Promise<string[]>;
  /** The same, with other patience, ms. */
  within(patience: number): Objects;
  end(): void;
}

const LONGEST_PAUSE = 30_000;

export function bucketObjects(
  address: BucketAddress,
  timing: Pick<BucketTiming, 'patience' | 'backoff'>,
): Objects {
  const client = bucketClient(address);
  const { bucket: Bucket, prefix, shown } = address;
  // The answer's own time tells how old an object is, whatever the clock of this machine says.
  const times = new WeakMap<object, number>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      times.set(result.output as object, Date.parse(headers?.['date'] ?? ''));
      return result;
    },
    { step: 'deserialize', name: 'answerTime', priority: 'high' },
  );

  const within = (patience: number): Objects => {
    async function tried<T>(what: string, attempt: () => Promise<T>): Promise<T> {
      const started = performance.now();
      for (let wait = timing.backoff; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
        try {
          return await attempt();
        } catch (cause) {
          // What this machine's own disk says is no matter of the bucket.
          if (cause instanceof LocalFailure) throw cause.cause;
          const failure = bucketFailure(what, cause);
          if (!failure.isPassing || performance.now() - started + wait > patience) throw failure;
          await pause(wait * (0.75 + Math.random() / 2));
        }
      }
    }
    const named = (key: string): string => `${shown}/${key}`;
    const at = (key: string) => ({ Bucket, Key: prefix + key });
    return {
      shown,
      within,
      read: (key) =>
        tried(`${named(key)} cannot be read`, async () => {
          const answer = await client.send(new GetObjectCommand(at(key))).catch(unlessAbsent);
          if (!answer) return undefined;
          const text = await answer.Body!.transformToString();
          const now = times.get(answer);
          const written = answer.LastModified?.getTime() ?? NaN;
          const age = Math.max(0, (Number.isFinite(now) ? now! : Date.now()) - written);
          return { text, etag: answer.ETag!, age: Number.isFinite(age) ? age : 0 };
        }),
      write: (key, text, condition) =>
        tried(`${named(key)} cannot be written`, async () => {
          const command = new PutObjectCommand({
            ...{ ...at(key), Body: text, ContentType: 'application/json' },
            ...('etag' in condition ? { IfMatch: condition.etag } : { IfNoneMatch: '*' }),
          });
          const answer = await client.send(command).catch((error: unknown) => {
            // An object that is to be replaced and is gone is not as expected either.
            const isOther = statusOf(error) === 412 || isAbsent(error);
            if (isOther) return undefined;
            throw error;
          });
          return answer?.ETag;
        }),
      upload: (key, file, bytes, sha256) =>
        tried(`${named(key)} cannot be written`, async () => {
          const Body =
            bytes === 0 ? '' : createReadStream(file, { end: bytes - 1, highWaterMark: 2 ** 20 });
          let unread: unknown;
          if (typeof Body !== 'string') Body.on('error', (error) => (unread ??= error));
          const command = new PutObjectCommand({
            ...{ ...at(key), Body, ContentLength: bytes },
            ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
          });
          try {
            await client.send(command);
          } catch (error) {
            throw unread === undefined ? error : new LocalFailure('', { cause: unread });
          } finally {
            if (typeof Body !== 'string') Body.destroy();
          }
        }),
      download: (key, file, sha256) =>
        tried(`${named(key)} cannot be read`, async () => {
          const answer = await client.send(new GetObjectCommand(at(key))).catch(unlessAbsent);
          if (!answer) return false;
          await saved(answer.Body as Readable, file, sha256);
          return true;
        }),
      remove: (key) =>
        tried(`${named(key)} cannot be deleted`, async () => {
          await client.send(new DeleteObjectCommand(at(key)));
        }),
      list: (start) =>
        tried(`${named(start)} cannot be listed`, async () => {
          const keys: string[] = [];
          let token: string | undefined;
          do {
            const page = await client.send(
              new ListObjectsV2Command({
                ...{ Bucket, Prefix: prefix + start },
                ...(token !== undefined && { ContinuationToken: token }),
              }),
            );
            for (const { Key } of page.Contents ?? []) keys.push(Key!.slice(prefix.length));
            token = page.IsTruncated ? page.NextContinuationToken : undefined;
          } while (token !== undefined);
          return keys;
        }),
      end: () => client.destroy(),
    };
  };
  return within(timing.patience);
}

/** An error of the disk, which no second try with the server helps. */
class LocalFailure extends Error {}

const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';

const unlessAbsent = (error: unknown): undefined => {
  if (isAbsent(error)) return undefined;
  throw error;
};

/** @throws for bytes that are not those of the sum; then nothing is there */
async function saved(body: Readable, file: string, sha256: string): Promise<void> {
  const partial = `${file}.${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL}`;
  const local = (cause: unknown): never => {
    throw new LocalFailure('', { cause: cannotWrite(file, cause) });
  };
  await mkdir(dirname(file), { recursive: true }).catch(local);
  const hash = createHash('sha256');
  let failed: unknown;
  const out = createWriteStream(partial, { flush: true });
  out.on('error', (error) => (failed = error));
  body.on('data', (piece: Buffer) => hash.update(piece));
  try {
    await pipeline(body, out).catch((error: unknown) =>
      failed === error ? local(error) : Promise.reject(error as Error),
    );
    const came = hash.digest('hex');
    if (came !== sha256) {
      throw new BucketFailure(
        `${file}: what came for it has SHA-256 ${came}, expected ${sha256}; the bucket's copy is damaged`,
        false,
        undefined,
      );
    }
    await rename(partial, file).catch(local);
  } finally {
    await rm(partial, { force: true });
  }
}
