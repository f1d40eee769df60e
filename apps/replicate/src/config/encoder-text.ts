import type { Config } from './schema.ts';

/** An encoder in words, with what it begins from. */
export function encoderText(encoder: Config['network']['encoder']): string {
  if (encoder.kind !== 'mobilenet') return encoder.kind;
  const { alpha, outputStride, blocks, weights } = encoder;
  const from = weights ? `ImageNet weights (checksum ${weights.checksum})` : 'scratch';
  return `MobileNet v1 of width ${alpha}, ${blocks} blocks, output stride ${outputStride}, from ${from}`;
}
