package dev.glimpse.train.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.glimpse.train.onnx.OnnxGraph;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written as ONNX computes what was trained. */
@Tag("train")
class NetworkExportIT {

    private static final float TOLERANCE = 1e-4f;
    private static final int VOCABULARY = 60;
    private static final int LENGTH = 20;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(5);
    private NDManager manager;
    private Weights weights;

    @BeforeEach
    void open() {
        Engine.getEngine("OnnxRuntime");
        manager = Engine.getEngine("PyTorch").newBaseManager();
        weights = new Weights(manager, 3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void exportsTheImageNetworkAsItWasTrained(int n) throws Exception {
        ImageNetwork network = ImageNetwork.small(48);
        int volume = 3 * network.size() * network.size();
        Shape shape = new Shape(n, 3, network.size(), network.size());
        gatherStatistics(network);
        float[] pixels = uniform(n * volume);
        float[][] expected = new float[3][];
        try (NDManager step = manager.newSubManager()) {
            CellPool.Output<NDArray> output =
                    network.apply(new NDArrayOperators(step, weights, false), step.create(pixels, shape));
            expected[0] = output.embeddings().toFloatArray();
            expected[1] = output.regions().toFloatArray();
            expected[2] = output.features().toFloatArray();
        }

        OnnxGraph graph = new OnnxGraph("vision");
        CellPool.Output<String> output = network.apply(
                new OnnxOperators(graph, weights), graph.input("pixel_values", DataType.FLOAT, "n", "3", "64", "64"));
        graph.output("image_embeds", output.embeddings(), "n", "48");
        graph.output("region_embeds", output.regions(), "n", "64", "48");
        graph.output("image_features", output.features(), "n", "768");

        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = session(graph);
                OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape.getShape());
                OrtSession.Result result = session.run(Map.of("pixel_values", input))) {
            for (int i = 0; i < expected.length; i++) {
                assertClose(((OnnxTensor) result.get(i)).getFloatBuffer(), expected[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void exportsAttentionOverTheCellsOfAMapAsItWasTrained(int n) throws Exception {
        CellHead head = new CellHead(10, new CellPool(4, 24, 3, 2, 16));
        Shape shape = new Shape(n, 10, 4, 4);
        float[] map = uniform(n * 160);
        float[][] expected = new float[3][];
        try (NDManager step = manager.newSubManager()) {
            NDArray some = step.create(uniform(8 * 160), new Shape(8, 10, 4, 4));
            head.apply(new NDArrayOperators(step, weights, true), some);
        }
        try (NDManager step = manager.newSubManager()) {
            CellPool.Output<NDArray> output =
                    head.apply(new NDArrayOperators(step, weights, false), step.create(map, shape));
            expected[0] = output.embeddings().toFloatArray();
            expected[1] = output.regions().toFloatArray();
            expected[2] = output.features().toFloatArray();
        }

        OnnxGraph graph = new OnnxGraph("cells");
        CellPool.Output<String> output =
                head.apply(new OnnxOperators(graph, weights), graph.input("map", DataType.FLOAT, "n", "10", "4", "4"));
        graph.output("image_embeds", output.embeddings(), "n", "16");
        graph.output("region_embeds", output.regions(), "n", "16", "16");
        graph.output("image_features", output.features(), "n", "48");

        try (OrtSession session = session(graph);
                OnnxTensor input = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(map), shape.getShape());
                OrtSession.Result result = session.run(Map.of("map", input))) {
            for (int i = 0; i < expected.length; i++) {
                assertClose(((OnnxTensor) result.get(i)).getFloatBuffer(), expected[i]);
            }
        }
    }

    /** So that the statistics of batch normalisation are not those that it begins with. */
    private void gatherStatistics(ImageNetwork network) {
        for (int i = 0; i < 3; i++) {
            try (NDManager step = manager.newSubManager()) {
                NDArray pixels = step.create(
                        uniform(8 * 3 * network.size() * network.size()),
                        new Shape(8, 3, network.size(), network.size()));
                network.apply(new NDArrayOperators(step, weights, true), pixels);
            }
        }
    }

    @Test
    void keepsMostOfTheStatisticsAtEachStep() {
        gatherStatistics(ImageNetwork.small(48));

        float variance = weights.gathered("image.block0.norm.variance", 1, 32).getFloat(0);

        // Of 1 and three of some 0.6: nearer to what it began with.
        assertThat(variance).isBetween(0.8f, 1f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20})
    void exportsTheTransformerAsItWasTrained(int length) throws Exception {
        exportsAsItWasTrained(new TextNetwork.Attention(VOCABULARY, LENGTH, 24, 2, 4, 0.1, 16), length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20})
    void exportsTheLstmAsItWasTrained(int length) throws Exception {
        exportsAsItWasTrained(new TextNetwork.Lstm(VOCABULARY, LENGTH, 10, 32, 0.1, 16), length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void exportsTheRerankerAsItWasTrained(int n) throws Exception {
        TextNetwork network = new TextNetwork.Lstm(VOCABULARY, LENGTH, 10, 32, 0.1, 16);
        RerankerNetwork reranker = new RerankerNetwork(24, network.stateWidth());
        reranker.pictures().measure(weights, List.of(uniform(24), uniform(24), uniform(24)));
        float[] features = uniform(n * 24);
        long[] ids = {2, 17, 5, 3, 0, 0};
        long[] mask = {1, 1, 1, 1, 0, 0};
        float[] expected;
        try (NDManager step = manager.newSubManager()) {
            NDArrayOperators on = new NDArrayOperators(step, weights, false);
            NDArray state = network.state(
                    on, "reranker.text", step.create(ids, new Shape(1, 6)), step.create(mask, new Shape(1, 6)));
            NDArray logits = reranker.logits(on, step.create(features, new Shape(n, 24)), state);
            expected = reranker.match(on, logits).toFloatArray();
        }

        OnnxGraph graph = new OnnxGraph("reranker");
        OnnxOperators on = new OnnxOperators(graph, weights);
        String ofImages = graph.input("image_features", DataType.FLOAT, "n", "24");
        String state = network.state(
                on,
                "reranker.text",
                graph.input("input_ids", DataType.INT64, "m", "s"),
                graph.input("attention_mask", DataType.INT64, "m", "s"));
        graph.output("match", reranker.match(on, reranker.logits(on, ofImages, state)), "n", "1");

        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = session(graph);
                OnnxTensor images =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(features), new long[] {n, 24});
                OnnxTensor idsIn = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), new long[] {1, 6});
                OnnxTensor maskIn = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), new long[] {1, 6});
                OrtSession.Result result =
                        session.run(Map.of("image_features", images, "input_ids", idsIn, "attention_mask", maskIn))) {
            assertThat(expected).hasSize(n);
            assertClose(((OnnxTensor) result.get(0)).getFloatBuffer(), expected);
        }
    }

    @Test
    void writesATableOfTokensAsInt8WithinHalfALevel() throws Exception {
        OnnxGraph graph = new OnnxGraph("tokens");
        String read = new OnnxOperators(graph, weights, true)
                .tokens("tokens", graph.input("input_ids", DataType.INT64, "n", "s"), VOCABULARY, 8);
        graph.output("rows", read, "n", "s", "8");
        float[] table = weights.trained("tokens", NDArrayOperators.TOKENS, VOCABULARY, 8)
                .toFloatArray();

        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = session(graph);
                OnnxTensor ids =
                        OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {0, 41}), new long[] {1, 2});
                OrtSession.Result result = session.run(Map.of("input_ids", ids))) {
            FloatBuffer rows = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int row : new int[] {0, 41}) {
                float most = 0;
                for (int i = 0; i < 8; i++) {
                    most = Math.max(most, Math.abs(table[row * 8 + i]));
                }
                for (int i = 0; i < 8; i++) {
                    assertThat(rows.get()).isCloseTo(table[row * 8 + i], within(most / 127 / 2 + 1e-6f));
                }
            }
        }
    }

    @Test
    void writesOtherMatricesAsFloat16() throws Exception {
        TextNetwork network = new TextNetwork.Attention(VOCABULARY, LENGTH, 24, 2, 4, 0.1, 16);
        OnnxGraph whole = new OnnxGraph("text");
        OnnxGraph halves = new OnnxGraph("text");
        long[] ids = {2, 17, 5, 3};
        float[][] rows = new float[2][];
        for (OnnxGraph graph : List.of(whole, halves)) {
            String output = network.apply(
                    new OnnxOperators(graph, weights, graph == halves),
                    graph.input("input_ids", DataType.INT64, "n", "s"),
                    graph.input("attention_mask", DataType.INT64, "n", "s"));
            graph.output("text_embeds", output, "n", "16");
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession session = session(graph);
                    OnnxTensor idsIn = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), new long[] {1, 4});
                    OnnxTensor maskIn = OnnxTensor.createTensor(
                            environment, LongBuffer.wrap(new long[] {1, 1, 1, 1}), new long[] {1, 4});
                    OrtSession.Result result = session.run(Map.of("input_ids", idsIn, "attention_mask", maskIn))) {
                rows[graph == halves ? 1 : 0] = new float[16];
                ((OnnxTensor) result.get(0)).getFloatBuffer().get(rows[graph == halves ? 1 : 0]);
            }
        }

        double product = 0;
        double[] squares = new double[2];
        for (int i = 0; i < 16; i++) {
            product += rows[0][i] * rows[1][i];
            squares[0] += rows[0][i] * rows[0][i];
            squares[1] += rows[1][i] * rows[1][i];
        }
        assertThat(product / Math.sqrt(squares[0] * squares[1])).isBetween(0.9995, 1.0001);
        Path small = folder.resolve("halves.onnx");
        Path large = folder.resolve("whole.onnx");
        halves.write(small);
        whole.write(large);
        assertThat(Files.size(small)).isLessThan((long) (0.6 * Files.size(large)));
    }

    private void exportsAsItWasTrained(TextNetwork network, int length) throws Exception {
        OnnxGraph graph = new OnnxGraph("text");
        String output = network.apply(
                new OnnxOperators(graph, weights),
                graph.input("input_ids", DataType.INT64, "n", "s"),
                graph.input("attention_mask", DataType.INT64, "n", "s"));
        graph.output("text_embeds", output, "n", "16");
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = session(graph)) {
            for (int n = 1; n <= 6; n += 5) {
                Shape shape = new Shape(n, length);
                long[] ids = new long[n * length];
                long[] mask = new long[n * length];
                for (int row = 0; row < n; row++) {
                    int present = random.nextInt(1, length + 1);
                    for (int at = 0; at < present; at++) {
                        ids[row * length + at] = random.nextInt(VOCABULARY);
                        mask[row * length + at] = 1;
                    }
                }
                float[] expected;
                try (NDManager step = manager.newSubManager()) {
                    expected = network.apply(
                                    new NDArrayOperators(step, weights, false),
                                    step.create(ids, shape),
                                    step.create(mask, shape))
                            .toFloatArray();
                }
                try (OnnxTensor idsIn = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape.getShape());
                        OnnxTensor maskIn =
                                OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape.getShape());
                        OrtSession.Result result = session.run(Map.of("input_ids", idsIn, "attention_mask", maskIn))) {
                    assertClose(((OnnxTensor) result.get(0)).getFloatBuffer(), expected);
                }
            }
        }
    }

    private OrtSession session(OnnxGraph graph) throws Exception {
        Path file = folder.resolve("network.onnx");
        graph.write(file);
        return OrtEnvironment.getEnvironment().createSession(file.toString());
    }

    private static void assertClose(FloatBuffer found, float[] expected) {
        float[] values = new float[found.remaining()];
        found.get(values);
        assertThat(values).hasSameSizeAs(expected);
        float largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs(values[i] - expected[i]) / Math.max(1, Math.abs(expected[i])));
        }
        assertThat(largest).isLessThan(TOLERANCE);
    }

    private float[] uniform(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
