package dev.glimpse.evaluate;

import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.RgbImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What encoding one alone takes, on one thread, when the machine has nothing else to do: medians.
 *
 * @param textMillis  a text, from its characters to its embedding
 * @param imageMillis a picture, from its decoded pixels to its embedding
 */
record Cost(double textMillis, double imageMillis) {

    /** So many are encoded to warm up, and as many measured. */
    private static final int COUNT = 100;

    /**
     * Measures by the first of the pairs, again and again if there are few.
     *
     * @throws IOException if a picture that was decoded before now is not
     */
    static Cost of(EncodedPairs encoded, Encoder encoder, ImageDecoder decoder) throws IOException {
        List<String> texts =
                EncodedPairs.texts(encoded.pairs()).stream().limit(COUNT).toList();
        double text = median(i -> encoder.encodeTexts(List.of(texts.get(i % texts.size()))));
        RgbImage[] pictures = new RgbImage[Math.min(COUNT, encoded.pairs().size())];
        for (int i = 0; i < pictures.length; i++) {
            pictures[i] =
                    EncodedPairs.decodeAgain(decoder, encoded.pairs().get(i).image());
        }
        double image = median(i -> {
            try (ImageBatch batch = encoder.newImageBatch(1)) {
                batch.add(pictures[i % pictures.length]);
                batch.encode();
            }
        });
        return new Cost(text, image);
    }

    private interface Encoding {
        void run(int number);
    }

    private static double median(Encoding encoding) {
        long[] nanos = new long[COUNT];
        for (int i = -COUNT; i < COUNT; i++) {
            long began = System.nanoTime();
            encoding.run(i + COUNT);
            if (i >= 0) {
                nanos[i] = System.nanoTime() - began;
            }
        }
        Arrays.sort(nanos);
        return nanos[COUNT / 2] / 1e6;
    }
}
