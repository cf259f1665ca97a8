package dev.glimpse.encode;

import dev.glimpse.encode.image.RgbImage;
import java.util.List;

/**
 * Pictures that are encoded in one inference. What the model takes of each, {@code [3, height, width]} float32, is written
 * where the runtime reads it, outside the heap. Not thread-safe.
 */
public interface ImageBatch extends AutoCloseable {

    /**
     * Resizes, crops and normalises a picture as the model's preprocessing says, and keeps what comes out.
     *
     * @param image of any size; not needed any more
     * @throws IllegalStateException if the batch is full
     */
    void add(RgbImage image);

    /** How many pictures were added. */
    int size();

    /**
     * Encodes what was added, at least one picture.
     *
     * @return what the model makes of them, in order
     * @throws EncoderException if the runtime fails: never by fault of a picture
     */
    List<EncodedImage> encode();

    /** Gives the memory back. */
    @Override
    void close();
}
