import { S3Client } from '@aws-sdk/client-s3';
import type { BucketAddress } from './address.ts';

/**
 * A client that does what it is told and no more: every setting is given, since what is left out it looks for in
 * files of the home folder and asks the machine's metadata service for. It tries once; who calls tries again.
 */
export function bucketClient({ endpoint, region, isPathStyle, credentials }: BucketAddress) {
  // It warns of what its later versions will need; the lock file says which one this is.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return new S3Client({
    ...{ endpoint, region, credentials, forcePathStyle: isPathStyle },
    credentialDefaultProvider: () => () => Promise.resolve(credentials),
    ignoreConfiguredEndpointUrls: true,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 1,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    useArnRegion: false,
    disableS3ExpressSessionAuth: true,
    disableMultiregionAccessPoints: true,
    authSchemePreference: [],
    disableClockSkewCorrection: false,
    sigv4aSigningRegionSet: [region],
    // Parts carry their SHA-256; other sums not every server knows.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    userAgentAppId: 'scene-mtl',
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    // The second is between two bytes: a large file may take its time.
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
  });
}
