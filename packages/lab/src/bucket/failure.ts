/** What went wrong between this process and a bucket, in a line. */
export class BucketFailure extends Error {
  /** Whether the same may be done soon; else it was refused. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean, cause: unknown) {
    super(message, { cause });
    this.isPassing = isPassing;
  }
}

/** What an answer of an S3 server means, and what helps; by its code. */
const REFUSALS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no bucket of this name; make it, or give another --runs',
  AccessDenied:
    'refused; check what AWS_ACCESS_KEY_ID may do there: list, read, write and delete objects',
  Forbidden:
    'refused; check what AWS_ACCESS_KEY_ID may do there: list, read, write and delete objects',
  InvalidAccessKeyId: 'AWS_ACCESS_KEY_ID is not known there',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY is not the one of AWS_ACCESS_KEY_ID',
  ExpiredToken: 'AWS_SESSION_TOKEN has expired',
  InvalidToken: 'AWS_SESSION_TOKEN is wrong',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  PermanentRedirect: 'the bucket is of another region; give AWS_REGION',
  AuthorizationHeaderMalformed: 'the bucket is of another region; give AWS_REGION',
  EntityTooLarge: 'larger than an object may be there',
  QuotaExceeded: 'the bucket is full',
  NotImplemented: 'the server cannot do this; S3 with conditional writes is needed',
};

/** Refusals that say nothing of the request. */
const PASSING = ['SlowDown', 'RequestTimeout', 'ConditionalRequestConflict', 'OperationAborted'];

interface SdkError extends NodeJS.ErrnoException {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The HTTP status that an error of the client tells; undefined where no answer came. */
export const statusOf = (error: unknown): number | undefined =>
  (error as SdkError).$metadata?.httpStatusCode;

/** @param what was to be done, e.g. `s3://bucket/x cannot be written` */
export function bucketFailure(what: string, cause: unknown): BucketFailure {
  if (cause instanceof BucketFailure) return cause;
  const error = cause as SdkError;
  const status = statusOf(error);
  const { name } = error;
  const isPassing =
    status === undefined || status >= 500 || status === 429 || PASSING.includes(name);
  const code = error.code ?? /\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? name;
  const why =
    REFUSALS[name] ??
    (status === undefined ? 'no answer; is AWS_ENDPOINT_URL right?' : error.message.split('\n')[0]);
  const came = status === undefined ? code : `${code}, ${status}`;
  return new BucketFailure(
    `${what} (${came}): ${why}`,
    isPassing && name !== 'NotImplemented',
    error,
  );
}
