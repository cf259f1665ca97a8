/** Writes ONNX files: graphs of operators with their weights. */
@NullMarked
package dev.glimpse.train.onnx;

import org.jspecify.annotations.NullMarked;
