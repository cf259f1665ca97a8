package dev.glimpse.train.onnx;

import ai.djl.engine.Engine;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network that somebody else trained, kept as it is: its features, {@code [n, width]}, are what a head is trained on. They
 * are computed by the graph that is served later, of which the head is the end.
 */
public final class Backbone implements AutoCloseable {

    private static final String PIXELS = "pixel_values";
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String TYPES = "token_type_ids";
    private static final String FEATURES = "features";

    /** What a network of images expects of its pixels. */
    public enum Pixels {
        /** Keras's for VGG16 and ResNet ("caffe"): levels from 0 to 255, blue first, the mean of ImageNet taken away. */
        KERAS,
        /** Torchvision's: red first, (level / 255 - mean) / deviation of ImageNet. */
        IMAGENET
    }

    private final Path file;
    private final String features;
    private final int size;
    private final OrtSession session;

    private Backbone(OnnxGraph graph, String features, int size) throws IOException {
        // Before anything else touches ONNX Runtime: DJL sets its environment up.
        Engine.getEngine("OnnxRuntime");
        this.file = Files.createTempFile("glimpse-backbone-", ".onnx");
        this.features = features;
        this.size = size;
        graph.output(FEATURES, features, "n", "width");
        graph.write(file);
        try {
            this.session = OrtEnvironment.getEnvironment().createSession(file.toString());
        } catch (OrtException e) {
            throw new IOException("the backbone can't be opened: " + e.getMessage(), e);
        }
    }

    /**
     * Opens a network of images: one input, {@code [n, 3, size, size]}.
     *
     * @param size   of its pictures, in pixels a side
     * @param output that has the features, {@code [n, width]}; or null for the first
     * @throws IOException if it can't be read, or has another input or no such output
     */
    public static Backbone ofImages(Path file, int size, Pixels pixels, @Nullable String output) throws IOException {
        OnnxGraph graph = OnnxGraph.read(file);
        List<String> inputs = graph.inputs();
        if (inputs.size() != 1) {
            throw new IOException("%s must take one input, pixels; it takes %s".formatted(file, inputs));
        }
        String features = outputOf(graph, file, output);
        String side = String.valueOf(size);
        graph.replaceInput(inputs.getFirst(), () -> {
            graph.input(PIXELS, DataType.FLOAT, "n", "3", side, side);
            return pixels(graph, pixels);
        });
        return new Backbone(graph, features, size);
    }

    /** From levels of 0 to 255, red first, to what the network expects. */
    private static String pixels(OnnxGraph graph, Pixels pixels) {
        return switch (pixels) {
            case KERAS -> {
                String blueFirst =
                        graph.node("Gather", List.of(OnnxGraph.attribute("axis", 1)), PIXELS, graph.list(2, 1, 0));
                yield graph.node("Sub", blueFirst, channels(graph, "mean", 103.939f, 116.779f, 123.68f));
            }
            case IMAGENET -> {
                String centred = graph.node("Sub", PIXELS, channels(graph, "mean", 123.675f, 116.28f, 103.53f));
                yield graph.node("Div", centred, channels(graph, "deviation", 58.395f, 57.12f, 57.375f));
            }
        };
    }

    private static String channels(OnnxGraph graph, String name, float... values) {
        return graph.weights("glimpse " + name, values, 1, 3, 1, 1);
    }

    /**
     * Opens a network of texts, such as a BERT: {@code input_ids}, {@code attention_mask} and, where it wants them,
     * {@code token_type_ids}; its features are the mean over the tokens of its first output, {@code [n, s, width]}.
     *
     * @throws IOException if it can't be read, or has other inputs
     */
    public static Backbone ofTexts(Path file) throws IOException {
        OnnxGraph graph = OnnxGraph.read(file);
        Set<String> inputs = Set.copyOf(graph.inputs());
        if (!inputs.containsAll(Set.of(IDS, MASK)) || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
            throw new IOException(
                    "%s must take %s and %s, and %s at most; it takes %s".formatted(file, IDS, MASK, TYPES, inputs));
        }
        String tokens = outputOf(graph, file, null);
        if (inputs.contains(TYPES)) {
            // All of one sentence.
            graph.replaceInput(TYPES, () -> graph.node("Sub", IDS, IDS));
        }
        // The mean over the mask by operators that every opset has alike.
        String mask = graph.node("Cast", List.of(OnnxGraph.attribute("to", OnnxGraph.FLOAT)), MASK);
        String row = graph.node("Reshape", mask, graph.list(0, 1, -1));
        String column = graph.node("Reshape", mask, graph.list(0, -1, 1));
        String mean = graph.node("Div", graph.node("MatMul", row, tokens), graph.node("MatMul", row, column));
        return new Backbone(graph, graph.node("Reshape", mean, graph.list(0, -1)), 0);
    }

    private static String outputOf(OnnxGraph graph, Path file, @Nullable String wanted) throws IOException {
        List<String> outputs = graph.outputs();
        if (wanted != null && !outputs.contains(wanted)) {
            throw new IOException("%s gives no output '%s'; it gives %s".formatted(file, wanted, outputs));
        }
        graph.clearOutputs();
        return wanted == null ? outputs.getFirst() : wanted;
    }

    /** The graph, to put a head on its {@linkplain #features() features}. */
    public OnnxGraph graph() throws IOException {
        OnnxGraph graph = OnnxGraph.read(file);
        graph.clearOutputs();
        return graph;
    }

    /** The name of the features in the graph. */
    public String features() {
        return features;
    }

    /** The side of its pictures, in pixels; 0 for one of texts. */
    public int size() {
        return size;
    }

    /** How many features there are, found by running it once. */
    public int width() {
        float[][] features =
                size > 0 ? ofPixels(new float[3 * size * size]) : ofTokens(new long[] {0}, new long[] {1}, 1);
        return features[0].length;
    }

    /** The features of pictures: levels from 0 to 255, {@code [n, 3, size, size]}. */
    public float[][] ofPixels(float[] pixels) {
        try (OnnxTensor input =
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), new long[] {
                    pixels.length / (3L * size * size), 3, size, size
                })) {
            return run(Map.of(PIXELS, input));
        } catch (OrtException e) {
            throw new IllegalStateException("the backbone fails: " + e.getMessage(), e);
        }
    }

    /** The features of texts: token ids and masks, {@code [n, s]}. */
    public float[][] ofTokens(long[] ids, long[] mask, int n) {
        long[] shape = {n, ids.length / n};
        try (OnnxTensor idsIn = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(ids), shape);
                OnnxTensor maskIn =
                        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(mask), shape)) {
            return run(Map.of(IDS, idsIn, MASK, maskIn));
        } catch (OrtException e) {
            throw new IllegalStateException("the backbone fails: " + e.getMessage(), e);
        }
    }

    private float[][] run(Map<String, OnnxTensor> inputs) throws OrtException {
        try (OrtSession.Result result = session.run(inputs)) {
            return (float[][]) result.get(0).getValue();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IOException(e);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
