/**
 * Networks that are trained and exported, each written once: over {@link dev.glimpse.train.network.Operators}, which
 * {@link dev.glimpse.train.network.NDArrayOperators} computes on an engine of DJL, with gradients, and
 * {@link dev.glimpse.train.network.OnnxOperators} writes down as an ONNX graph. What is served is what was trained.
 */
@NullMarked
package dev.glimpse.train.network;

import org.jspecify.annotations.NullMarked;
