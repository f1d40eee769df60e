import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { bucketAddress, type BucketAddress } from '../bucket/index.ts';

/**
 * What of S3 is used here, on loopback and in memory: GET, PUT, DELETE and ListObjectsV2 with the bucket in the path,
 * writes on condition (If-Match, If-None-Match), SHA-256 of what is sent. Who writes is told by the key alone; it does
 * not check signatures. Faults come on demand.
 */

/** What a request is answered with instead: a status and a code, no answer at all, or late. */
export type Fault =
  | { readonly status: number; readonly code: string }
  | 'cut'
  /** Done, but the answer does not arrive. */
  | 'deaf'
  | { readonly ms: number };

/** A request as a fault may look at it. */
export interface S3Request {
  readonly method: string;
  readonly key: string;
}

export interface S3Server {
  readonly url: string;
  readonly objects: Map<
    string,
    { readonly body: Buffer; readonly etag: string; readonly at: Date }
  >;
  /** Undefined: as usual. */
  fault: (request: S3Request) => Fault | undefined;
  /** `METHOD key` of all requests. */
  readonly log: string[];
  readonly env: NodeJS.ProcessEnv;
  address(prefix?: string): BucketAddress;
  stop(): Promise<void>;
}

export const BUCKET = 'lab';
const ACCESS_KEY = 'key-of-a-test';

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** @param pageSize keys of an answer to a listing */
export async function s3Server(pageSize = 3): Promise<S3Server> {
  const objects: S3Server['objects'] = new Map();
  const log: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://s3');
    const [, bucket, ...parts] = url.pathname.split('/').map(decodeURIComponent);
    const key = parts.join('/');
    const { method = '' } = request;
    log.push(`${method} ${key}`);
    const fault = own.fault({ method, key });
    if (fault === 'cut') return void request.socket.destroy();
    if (fault && typeof fault === 'object' && 'ms' in fault) await pause(fault.ms);
    const body = await bodyOf(request);
    if (fault && typeof fault === 'object' && 'code' in fault) {
      return refuse(response, fault.status, fault.code);
    }
    if (!request.headers.authorization?.includes(`Credential=${ACCESS_KEY}/`)) {
      return refuse(response, 403, 'InvalidAccessKeyId');
    }
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    if (fault === 'deaf') response.end = () => (request.socket.destroy(), response);
    const there = objects.get(key);
    if (method === 'PUT') {
      const { 'if-match': etag, 'if-none-match': none } = request.headers;
      if ((none === '*' && there) || (etag !== undefined && there && there.etag !== etag)) {
        return refuse(response, 412, 'PreconditionFailed');
      }
      if (etag !== undefined && !there) return refuse(response, 404, 'NoSuchKey');
      const sum = request.headers['x-amz-checksum-sha256'];
      if (sum !== undefined && createHash('sha256').update(body).digest('base64') !== sum) {
        return refuse(response, 400, 'BadDigest');
      }
      const made = `"${createHash('md5').update(body).digest('hex')}"`;
      objects.set(key, { body, etag: made, at: new Date() });
      response.writeHead(200, { etag: made }).end();
    } else if (method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (method === 'GET' && key === '') {
      const start = url.searchParams.get('prefix') ?? '';
      const after = url.searchParams.get('continuation-token') ?? '';
      const keys = [...objects.keys()].filter((one) => one.startsWith(start) && one > after).sort();
      const page = keys.slice(0, pageSize);
      const isCut = keys.length > page.length;
      const contents = page
        .map((one) => `<Contents><Key>${escaped(one)}</Key></Contents>`)
        .join('');
      const next = isCut
        ? `<NextContinuationToken>${escaped(page.at(-1)!)}</NextContinuationToken>`
        : '';
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents}</ListBucketResult>`,
      );
    } else if (method === 'GET') {
      if (!there) return refuse(response, 404, 'NoSuchKey');
      response.writeHead(200, {
        ...{ etag: there.etag, 'content-length': there.body.length },
        'last-modified': there.at.toUTCString(),
      });
      response.end(there.body);
    } else {
      refuse(response, 405, 'MethodNotAllowed');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: `secret-${randomBytes(8).toString('hex')}`,
  };
  const own: S3Server = {
    ...{ url, objects, log, env },
    fault: () => undefined,
    address: (prefix = 'runs') => bucketAddress(`s3://${BUCKET}/${prefix}`, env),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return own;
}
