/**
 * From the bytes of a picture's file to pixels. {@link dev.glimpse.encode.image.ImageDecoder} finds out the format by
 * the first bytes, decodes, orients and puts transparency onto white; what comes out is an
 * {@link dev.glimpse.encode.image.RgbImage}. {@link dev.glimpse.encode.image.Resampling} resizes it as Pillow does, and
 * {@link dev.glimpse.encode.image.PreviewWriter} makes its small JPEG.
 *
 * <p>May import {@code topic} (for the reasons of a refusal) and {@code item}.
 */
@NullMarked
package dev.glimpse.encode.image;

import org.jspecify.annotations.NullMarked;
