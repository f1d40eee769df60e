import * as tf from '@tensorflow/tfjs';

/** Sizes of the elements of a list; −1 where they are not stated. */
export type ElementShape = readonly number[] | undefined;

const isWhole = (shape: ElementShape): shape is readonly number[] =>
  shape !== undefined && shape.every((d) => d >= 0);

/**
 * The value of a TensorList, or of a TensorArray at some moment: elements of one shape. It never changes; what writes an
 * element gives another list. Elements are tensors of their own while the places written are known, else rows of one
 * tensor, `[length, ...element]`.
 */
export class ListValue {
  readonly dtype: tf.DataType;
  readonly #stated: ElementShape;
  readonly #elements: readonly (tf.Tensor | undefined)[] | tf.Tensor;

  constructor(
    dtype: tf.DataType,
    stated: ElementShape,
    elements: readonly (tf.Tensor | undefined)[] | tf.Tensor,
  ) {
    this.dtype = dtype;
    this.#stated = stated;
    this.#elements = elements;
  }

  /** A list of so many elements that are still to be written. */
  static empty(dtype: tf.DataType, stated: ElementShape, length: number): ListValue {
    return new ListValue(
      dtype,
      stated,
      Array.from({ length }, () => undefined),
    );
  }

  get length(): number {
    const rows = this.#elements;
    return rows instanceof tf.Tensor ? rows.shape[0] : rows.length;
  }

  /** The shape of the elements, where one was written or it was stated. */
  get shape(): ElementShape {
    const rows = this.#elements;
    if (rows instanceof tf.Tensor) return rows.shape.slice(1);
    return rows.find((x) => x !== undefined)?.shape ?? this.#stated;
  }

  /** The list with other elements of the same kind. */
  with(elements: readonly (tf.Tensor | undefined)[] | tf.Tensor): ListValue {
    return new ListValue(this.dtype, this.#stated, elements);
  }

  /**
   * One tensor for each element.
   * @throws naming an element that nobody has written, where the shape of the others is not known
   */
  elements(): tf.Tensor[] {
    const rows = this.#elements;
    if (rows instanceof tf.Tensor) return tf.unstack(rows);
    return rows.map((x, i) => x ?? this.#unwritten(i));
  }

  /** TensorFlow reads an element that was never written as zeros. */
  #unwritten(i: number): tf.Tensor {
    const { shape } = this;
    if (!isWhole(shape)) throw new Error(`element ${i} of the list was never written`);
    return tf.zeros([...shape], this.dtype);
  }

  /** The elements as the rows of one tensor, `[length, ...element]`. */
  rows(): tf.Tensor {
    const rows = this.#elements;
    if (rows instanceof tf.Tensor) return rows;
    if (rows.length > 0) return tf.stack(this.elements());
    const { shape } = this;
    if (!isWhole(shape))
      throw new Error('the list is empty, and the shape of its elements unknown');
    return tf.zeros([0, ...shape], this.dtype);
  }

  /** Element `i`; a tensor where the place is known only when the step runs. */
  at(i: number | tf.Tensor): tf.Tensor {
    if (i instanceof tf.Tensor) return tf.gather(this.rows(), tf.reshape(i, []));
    const rows = this.#elements;
    if (!(i >= 0 && i < this.length)) {
      throw new Error(`expected an element from 0 to ${this.length - 1}, got ${i}`);
    }
    if (!(rows instanceof tf.Tensor)) return rows[i] ?? this.#unwritten(i);
    return tf.gather(rows, tf.scalar(i, 'int32'));
  }

  /** The list with another element `i`; it grows where `i` is behind its end. */
  put(i: number | tf.Tensor, x: tf.Tensor): ListValue {
    const elements = this.#elements;
    if (typeof i === 'number' && !(elements instanceof tf.Tensor)) {
      const more = Array.from({ length: Math.max(this.length, i + 1) }, (_, k) => elements[k]);
      more[i] = x;
      return this.with(more);
    }
    const shaped = isWhole(this.shape) ? this : new ListValue(this.dtype, x.shape, elements);
    const at = i instanceof tf.Tensor ? tf.reshape(i, [1, 1]) : tf.tensor2d([[i]], [1, 1], 'int32');
    return this.with(tf.tensorScatterUpdate(shaped.rows(), at, tf.expandDims(x, 0)));
  }
}
