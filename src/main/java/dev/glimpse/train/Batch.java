package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What one step is taken on.
 *
 * @param pictures {@code [b, 3, size, size]}, or features
 * @param captions m of them, in groups
 * @param order    of the captions: which of the examples stands where
 * @param own      {@code [b, m]}: 1 where the caption was drawn for the picture
 * @param right    {@code [b, m]}: 1 where the caption is right of the picture; so also where it is its own
 * @param unknown  {@code [b, m]}: 1 where nothing says whether it is
 */
record Batch(
        NDArray pictures, List<Examples.Texts> captions, int[] order, NDArray own, NDArray right, NDArray unknown) {}
