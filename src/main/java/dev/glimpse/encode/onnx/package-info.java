/**
 * The encoder's adapter to ONNX Runtime, by DJL. {@link dev.glimpse.encode.onnx.OnnxDualEncoder} opens a dual encoder in
 * the Hugging Face ONNX layout, whose {@link dev.glimpse.encode.onnx.ModelFiles} lie in a folder, a zip file or on the
 * class path; {@link dev.glimpse.encode.onnx.ImagePreprocessing} does to a picture what its
 * {@code preprocessor_config.json} says.
 *
 * <p>Nothing imports this package: {@link dev.glimpse.encode.onnx.OnnxEncoderProducer} hands the encoder out as a bean.
 */
@NullMarked
package dev.glimpse.encode.onnx;

import org.jspecify.annotations.NullMarked;
