/** A place in a bucket, and how it is reached. */
export interface BucketAddress {
  readonly bucket: string;
  /** Before the names of all objects, with a slash at its end; empty: none. */
  readonly prefix: string;
  readonly endpoint: string;
  readonly region: string;
  /** Whether the bucket's name comes in the path; else in the host's name, as AWS has it. */
  readonly isPathStyle: boolean;
  readonly credentials: BucketCredentials;
  /** For people. */
  readonly shown: string;
}

/** Who one is there. */
export interface BucketCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whether runs are to be kept in a bucket. */
export const isBucket = (runs: string): boolean => /^s3:/i.test(runs);

/**
 * `s3://bucket/prefix` as typed, the rest from the environment alone, under the names that other programs use:
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` (or `AWS_DEFAULT_REGION`),
 * `AWS_ENDPOINT_URL_S3` (or `AWS_ENDPOINT_URL`) for a server that is not AWS's. No file of configuration is read, and
 * no service of the machine asked.
 * @throws saying what is missing or wrong, never with a password in it
 */
export function bucketAddress(text: string, env: NodeJS.ProcessEnv = process.env): BucketAddress {
  const [, bucket, path] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()/-]*))?$/.exec(text) ?? [];
  if (bucket === undefined) {
    const came = text.includes('@') ? '' : `, got ${text}`;
    throw new Error(`--runs: expected a folder, or s3://bucket/prefix${came}`);
  }
  const parts = (path ?? '').split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..')) {
    throw new Error(`--runs: expected s3://bucket/prefix without . and .., got ${text}`);
  }
  const shown = ['s3:/', bucket, ...parts].join('/');
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      `--runs: ${shown} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment`,
    );
  }
  const own = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'];
  const named = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (!own && !named) {
    throw new Error(
      `--runs: ${shown} needs AWS_REGION in the environment, or AWS_ENDPOINT_URL for a server of another's`,
    );
  }
  const region = named ?? 'us-east-1';
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return {
    ...{ bucket, shown, region },
    prefix: parts.map((part) => `${part}/`).join(''),
    endpoint: own ? checkedEndpoint(own) : `https://s3.${region}.amazonaws.com`,
    isPathStyle: Boolean(own),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
  };
}

function checkedEndpoint(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error('AWS_ENDPOINT_URL: expected https://host:port, or http:// without TLS');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      `AWS_ENDPOINT_URL: ${url.origin} came with a user or password; give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  }
  return url.href.replace(/\/$/, '');
}
