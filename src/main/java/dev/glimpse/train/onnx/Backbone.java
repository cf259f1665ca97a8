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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A network that somebody else trained, kept as it is: its features are what a head is trained on. They
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
        /** Keras's for MobileNet ("tf"): red first, level / 127.5 - 1. */
        TENSORFLOW,
        /** Torchvision's: red first, (level / 255 - mean) / deviation of ImageNet. */
        IMAGENET
    }

    private final Path file;
    private final String features;
    private final int size;
    private final OrtSession session;

    private Backbone(OnnxGraph graph, String features, int size) throws IOException {
        this.features = features;
        this.size = size;
        graph.outputOfAnyShape(FEATURES, features);
        this.file = write(graph);
        try {
            this.session = open(file);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Opens a network of images: one input, {@code [n, 3, size, size]}.
     *
     * @param file    of ONNX; or a {@code model.json} of TensorFlow.js
     * @param size    of its pictures, in pixels a side
     * @param input   the node of TensorFlow.js that takes the pictures; null otherwise
     * @param outputs that have the features, {@code [n, width]}, or maps {@code [n, channels, side, side]}, which are put side
     *     by side; none for the first
     * @throws IOException if it can't be read, or has another input or no such output
     */
    public static Backbone ofImages(Path file, int size, Pixels pixels, @Nullable String input, List<String> outputs)
            throws IOException {
        OnnxGraph graph;
        if (!file.toString().endsWith(".json")) {
            graph = OnnxGraph.read(file);
        } else if (input != null && !outputs.isEmpty()) {
            graph = TensorFlowJsGraph.read(file, input, outputs);
        } else {
            throw new IOException(file + " needs the names of the nodes that take pictures and give features");
        }
        List<String> inputs = graph.inputs();
        if (inputs.size() != 1) {
            throw new IOException("%s must take one input, pixels; it takes %s".formatted(file, inputs));
        }
        String side = String.valueOf(size);
        graph.replaceInput(inputs.getFirst(), () -> {
            graph.input(PIXELS, DataType.FLOAT, "n", "3", side, side);
            return pixels(graph, pixels);
        });
        return new Backbone(graph, featuresOf(graph, file, outputs, size), size);
    }

    /** The first output, or those that are wanted, side by side: of maps the finer are averaged to the cells of the coarsest. */
    private static String featuresOf(OnnxGraph graph, Path file, List<String> wanted, int size) throws IOException {
        List<String> given = graph.outputs();
        for (String one : wanted) {
            if (!given.contains(one)) {
                throw new IOException("%s gives no output '%s'; it gives %s".formatted(file, one, given));
            }
        }
        List<String> chosen = wanted.isEmpty() ? given.subList(0, 1) : wanted;
        List<long[]> shapes = chosen.size() == 1 ? List.of() : shapes(graph, chosen, size);
        graph.clearOutputs();
        if (chosen.size() == 1) {
            return chosen.getFirst();
        }
        long fewest = shapes.stream()
                .mapToLong(shape -> shape[shape.length - 1])
                .min()
                .orElseThrow();
        List<String> alike = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            long[] shape = shapes.get(i);
            if (shape.length != shapes.getFirst().length || shape.length == 4 && shape[3] % fewest != 0) {
                throw new IOException("%s: outputs of %s can't stand side by side"
                        .formatted(file, shapes.stream().map(Arrays::toString).toList()));
            }
            List<Long> window = List.of(shape[shape.length - 1] / fewest, shape[shape.length - 1] / fewest);
            alike.add(
                    shape.length < 4 || shape[3] == fewest
                            ? chosen.get(i)
                            : graph.node(
                                    "AveragePool",
                                    List.of(
                                            OnnxGraph.attribute("kernel_shape", window),
                                            OnnxGraph.attribute("strides", window)),
                                    chosen.get(i)));
        }
        return graph.node("Concat", List.of(OnnxGraph.attribute("axis", 1)), alike.toArray(String[]::new));
    }

    /** The shapes of outputs, found by running the network once on one picture. */
    private static List<long[]> shapes(OnnxGraph graph, List<String> outputs, int size) throws IOException {
        Path file = write(graph);
        long[] shape = {1, 3, size, size};
        try (OrtSession session = open(file);
                OnnxTensor input = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.allocate(3 * size * size), shape);
                OrtSession.Result result = session.run(Map.of(PIXELS, input), Set.copyOf(outputs))) {
            List<long[]> shapes = new ArrayList<>();
            for (String output : outputs) {
                shapes.add(((OnnxTensor) result.get(output).orElseThrow())
                        .getInfo()
                        .getShape());
            }
            return shapes;
        } catch (OrtException e) {
            throw new IOException("the backbone fails: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Path write(OnnxGraph graph) throws IOException {
        Path file = Files.createTempFile("glimpse-backbone-", ".onnx");
        graph.write(file);
        return file;
    }

    private static OrtSession open(Path file) throws IOException {
        // Before anything else touches ONNX Runtime: DJL sets its environment up.
        Engine.getEngine("OnnxRuntime");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            // Else it takes the processors of the machine for those of this process, and keeps them busy with waiting.
            options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        } catch (OrtException e) {
            throw new IOException("the backbone can't be opened: " + e.getMessage(), e);
        }
    }

    /** From levels of 0 to 255, red first, to what the network expects. */
    private static String pixels(OnnxGraph graph, Pixels pixels) {
        return switch (pixels) {
            case KERAS -> {
                String blueFirst =
                        graph.node("Gather", List.of(OnnxGraph.attribute("axis", 1)), PIXELS, graph.list(2, 1, 0));
                yield graph.node("Sub", blueFirst, channels(graph, "mean", 103.939f, 116.779f, 123.68f));
            }
            case TENSORFLOW -> graph.node("Sub", graph.node("Div", PIXELS, graph.number(127.5f)), graph.number(1));
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
        String tokens = graph.outputs().getFirst();
        graph.clearOutputs();
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

    /**
     * The shape of its features, found by running it once: {@code [width]}, or {@code [channels, side, side]} of a map.
     *
     * @throws IOException if it is neither of those
     */
    public long[] shape() throws IOException {
        try (OnnxTensor features =
                size > 0 ? seen(new float[3 * size * size]) : read(new long[] {0}, new long[] {1}, 1)) {
            long[] shape = features.getInfo().getShape();
            boolean map = size > 0 && shape.length == 4 && shape[2] == shape[3];
            if (shape.length != 2 && !map) {
                throw new IOException(
                        "the backbone's output must be [n, width], or of images [n, channels, side, side]; " + "it is "
                                + Arrays.toString(shape));
            }
            return Arrays.copyOfRange(shape, 1, shape.length);
        }
    }

    /**
     * The features of pictures.
     *
     * @param pixels levels from 0 to 255, {@code [n, 3, size, size]}
     * @return {@code [n, ...]}, each of {@link #shape()}
     */
    public float[] ofPixels(float[] pixels) {
        try (OnnxTensor features = seen(pixels)) {
            return numbers(features);
        }
    }

    /** The features of a text: its token ids and mask. */
    public float[] ofTokens(long[] ids, long[] mask) {
        try (OnnxTensor features = read(ids, mask, 1)) {
            return numbers(features);
        }
    }

    /** The features of texts, given by their token ids, in one inference: of like lengths they are best. */
    public List<float[]> ofTokens(List<long[]> texts) {
        int longest = texts.stream().mapToInt(of -> of.length).max().orElse(0);
        long[] ids = new long[texts.size() * longest];
        long[] mask = new long[ids.length];
        for (int i = 0; i < texts.size(); i++) {
            long[] of = texts.get(i);
            System.arraycopy(of, 0, ids, i * longest, of.length);
            Arrays.fill(mask, i * longest, i * longest + of.length, 1);
        }
        try (OnnxTensor features = read(ids, mask, texts.size())) {
            float[] numbers = numbers(features);
            int width = numbers.length / texts.size();
            return IntStream.range(0, texts.size())
                    .mapToObj(i -> Arrays.copyOfRange(numbers, i * width, (i + 1) * width))
                    .toList();
        }
    }

    private static float[] numbers(OnnxTensor features) {
        FloatBuffer buffer = features.getFloatBuffer();
        float[] numbers = new float[buffer.remaining()];
        buffer.get(numbers);
        return numbers;
    }

    private OnnxTensor seen(float[] pixels) {
        long[] shape = {pixels.length / (3L * size * size), 3, size, size};
        try (OnnxTensor input =
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), shape)) {
            return run(Map.of(PIXELS, input));
        } catch (OrtException e) {
            throw new IllegalStateException("the backbone fails: " + e.getMessage(), e);
        }
    }

    private OnnxTensor read(long[] ids, long[] mask, int texts) {
        long[] shape = {texts, ids.length / texts};
        try (OnnxTensor idsIn = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(ids), shape);
                OnnxTensor maskIn =
                        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(mask), shape)) {
            return run(Map.of(IDS, idsIn, MASK, maskIn));
        } catch (OrtException e) {
            throw new IllegalStateException("the backbone fails: " + e.getMessage(), e);
        }
    }

    /** What comes out, which whoever calls closes. */
    private OnnxTensor run(Map<String, OnnxTensor> inputs) throws OrtException {
        return (OnnxTensor) session.run(inputs).get(0);
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
