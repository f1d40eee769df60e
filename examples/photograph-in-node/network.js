/* global TextDecoder */
/**
 * What the network of `replicate export` needs, for Node and for pages: the texts that the file carries, pixels made
 * as it wants them, and its answer.
 */

/** The texts in an ONNX file, by name: `metadata_props`, field 14 of ModelProto. */
export function metadataOf(bytes) {
  const found = {};
  for (const { field, value } of fieldsOf(bytes)) {
    if (field !== 14) continue;
    const [name, text] = [...fieldsOf(value)].map((one) => new TextDecoder().decode(one.value));
    found[name] = JSON.parse(text);
  }
  return found;
}

/** Fields of a protobuf message that are bytes; the others are passed over. */
function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, type] = [Math.floor(key / 8), key % 8];
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else {
      const length = varint();
      yield { field, value: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}

/**
 * Runs an exported network on one picture.
 * @param ort `onnxruntime-node` or `onnxruntime-web`
 * @param file the .onnx file, a Uint8Array
 * @param pixelsAt gives RGB `[height, width, 3]`, 0 … 255, of the picture at a size
 * @returns the logits of its first map of classes `[height, width, C]`, and what they mean
 */
export async function classesOf(ort, file, pixelsAt) {
  const { input, preprocessing, outputs, classes, palette } = metadataOf(file);
  const [, height, width] = input.shape;
  const name = Object.keys(outputs).find((one) => outputs[one].shape.at(-1) === classes.length);
  if (name === undefined) throw new Error('this network has no map of classes');
  const { mean, deviation } = preprocessing;
  const pixels = await pixelsAt(height, width);
  const image = Float32Array.from(pixels, (v, i) => (v / 255 - mean[i % 3]) / deviation[i % 3]);
  const session = await ort.InferenceSession.create(file);
  const tensor = new ort.Tensor('float32', image, [1, height, width, 3]);
  const logits = (await session.run({ [input.name]: tensor }))[name].data;
  const map = new Uint8Array(height * width);
  for (let i = 0; i < map.length; i++) {
    for (let c = 1; c < classes.length; c++) {
      const [at, best] = [i * classes.length + c, i * classes.length + map[i]];
      if (logits[at] > logits[best]) map[i] = c;
    }
  }
  return { map, height, width, classes, palette };
}

/** RGB of a map of classes. */
export const coloured = ({ map, palette }) =>
  Uint8Array.from({ length: 3 * map.length }, (_, i) => palette[map[Math.floor(i / 3)]][i % 3]);
