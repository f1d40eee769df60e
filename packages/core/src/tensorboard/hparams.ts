import { summaryEvent } from './events.ts';
import { delimited, double, message, nested, text, varint } from './protobuf.ts';

/** Settings of a run by name. */
export type HyperParameters = Readonly<Record<string, number | string | boolean>>;

// The messages of TensorBoard's hparams plug-in (tensorboard/plugins/hparams/plugin_data.proto).

const START = '_hparams_/session_start_info';
const END = '_hparams_/session_end_info';

/** The settings of a run, for the table and the filters of TensorBoard's HPARAMS page. */
export const sessionStartEvent = (settings: HyperParameters, wallTime: number): Uint8Array =>
  pluginEvent(
    { tag: START, step: 0, wallTime },
    nested(3, [
      ...Object.keys(settings)
        .sort()
        .map((name) => nested(1, [text(1, name), delimited(2, valueOf(settings[name]))])),
      double(5, wallTime),
    ]),
  );

/** Tells that a run is finished; its last scalars are its final metrics. */
export const sessionEndEvent = (step: number, wallTime: number): Uint8Array =>
  // Status 1: success.
  pluginEvent({ tag: END, step, wallTime }, nested(4, [varint(1, 1), double(2, wallTime)]));

/** True for an event of {@link sessionEndEvent}: a run that goes on is not finished. */
export const isSessionEnd = (event: Uint8Array): boolean =>
  Buffer.from(event.buffer, event.byteOffset, event.byteLength).includes(END);

/** `google.protobuf.Value`. */
function valueOf(value: number | string | boolean): Uint8Array {
  if (typeof value === 'number') return double(2, value);
  return typeof value === 'string' ? text(3, value) : varint(4, Number(value));
}

/** The plug-in reads the metadata alone; a summary must have a value, so it gets an empty tensor. */
function pluginEvent(
  at: { readonly tag: string; readonly step: number; readonly wallTime: number },
  content: Uint8Array,
): Uint8Array {
  // float32, shape [0].
  const tensor = [varint(1, 1), nested(2, [nested(2, [])])];
  const plugin = nested(1, [text(1, 'hparams'), delimited(2, content)]);
  const value = message([text(1, at.tag), nested(8, tensor), nested(9, [plugin])]);
  return summaryEvent(at.step, [value], at.wallTime);
}
