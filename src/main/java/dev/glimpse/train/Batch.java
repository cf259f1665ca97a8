package dev.glimpse.train;

import ai.djl.ndarray.NDArray;

/**
 * What one step is taken on.
 *
 * @param pictures {@code [b, 3, size, size]}, or features
 * @param captions {@code [m, s]} int64, tokens; or features
 * @param mask     {@code [m, s]} int64: 1, and 0 for padding
 * @param own      {@code [b, m]}: 1 where the caption was drawn for the picture
 * @param right    {@code [b, m]}: 1 where the caption is right of the picture; so also where it is its own
 */
record Batch(NDArray pictures, NDArray captions, NDArray mask, NDArray own, NDArray right) {}
