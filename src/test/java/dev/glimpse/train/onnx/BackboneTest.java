package dev.glimpse.train.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackboneTest {

    private static final int SIDE = 7;

    @TempDir
    private Path folder;

    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void computesWhatTensorFlowDoes() throws Exception {
        float[] kernel = uniform(3 * 3 * 3 * 4);
        float[] factor = uniform(4);
        float[] lift = uniform(4);
        float[] depthwise = uniform(3 * 3 * 4);
        Path file = new Model()
                .node("Placeholder", "image")
                .node("Sub", "centred", "image", "unknown")
                .weights("kernel", kernel, 3, 3, 3, 4)
                .convolution("Conv2D", "conv", 2, "centred", "kernel")
                .weights("factor", factor, 4)
                .node("Mul", "scaled", "conv", "factor:0")
                .weights("lift", lift, 1, 1, 1, 4)
                .node("AddV2", "lifted", "^image", "scaled", "lift")
                .node("Relu6", "first", "lifted")
                .weights("each", depthwise, 3, 3, 4, 1)
                .convolution("DepthwiseConv2dNative", "depth", 1, "first", "each")
                .node("AddN", "sum", "depth", "first", "lift")
                .node("Relu", "second", "sum")
                .write();
        float[] levels = new float[3 * SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = random.nextInt(256);
        }

        float[] features;
        try (Backbone backbone =
                Backbone.ofImages(file, SIDE, Backbone.Pixels.TENSORFLOW, "centred", List.of("first", "second"))) {
            assertThat(backbone.shape()).containsExactly(8, 4, 4);
            features = backbone.ofPixels(levels);
        }

        float[][][] pixels = new float[SIDE][SIDE][3];
        for (int i = 0; i < levels.length; i++) {
            pixels[i / SIDE % SIDE][i % SIDE][i / (SIDE * SIDE)] = levels[i] / 127.5f - 1;
        }
        float[][][] first = convolved(pixels, kernel, 4, 2, false);
        each(first, (channel, x) -> Math.clamp(x * factor[channel] + lift[channel], 0, 6));
        float[][][] depth = convolved(first, depthwise, 4, 1, true);
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                for (int channel = 0; channel < 4; channel++) {
                    float second = Math.max(0, depth[y][x][channel] + first[y][x][channel] + lift[channel]);
                    assertThat(features[(channel * 4 + y) * 4 + x]).isCloseTo(first[y][x][channel], within(1e-4f));
                    assertThat(features[((4 + channel) * 4 + y) * 4 + x]).isCloseTo(second, within(1e-4f));
                }
            }
        }
    }

    /** As TensorFlow's documentation says of padding SAME: what is odd comes behind. */
    private static float[][][] convolved(float[][][] map, float[] kernel, int out, int stride, boolean depthwise) {
        int side = map.length;
        int in = map[0][0].length;
        int to = (side + stride - 1) / stride;
        int before = Math.max((to - 1) * stride + 3 - side, 0) / 2;
        float[][][] result = new float[to][to][out];
        for (int y = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                for (int k = 0; k < 9; k++) {
                    int fromY = y * stride + k / 3 - before;
                    int fromX = x * stride + k % 3 - before;
                    if (fromY < 0 || fromX < 0 || fromY >= side || fromX >= side) {
                        continue;
                    }
                    for (int channel = 0; channel < in; channel++) {
                        for (int o = 0; o < out; o++) {
                            if (!depthwise) {
                                result[y][x][o] += map[fromY][fromX][channel] * kernel[(k * in + channel) * out + o];
                            } else if (o == channel) {
                                result[y][x][o] += map[fromY][fromX][channel] * kernel[k * in + channel];
                            }
                        }
                    }
                }
            }
        }
        return result;
    }

    private interface OfChannel {
        float apply(int channel, float x);
    }

    private static void each(float[][][] map, OfChannel function) {
        for (float[][] row : map) {
            for (float[] cell : row) {
                for (int channel = 0; channel < cell.length; channel++) {
                    cell[channel] = function.apply(channel, cell[channel]);
                }
            }
        }
    }

    @Test
    void namesWhatItCannotRead() throws Exception {
        Path unknown = new Model()
                .node("Placeholder", "image")
                .node("LeakyRelu", "odd", "image")
                .write();
        Path cut = new Model()
                .node("Placeholder", "image")
                .weights("lift", uniform(3), 3)
                .node("Add", "lifted", "image", "lift")
                .write();
        Path weights = cut.resolveSibling("weights.bin");

        assertThatThrownBy(() -> open(unknown, "odd"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node 'odd' is a LeakyRelu, which is not known here");
        assertThatThrownBy(() -> open(unknown, "none")).hasMessageContaining("has no node 'none'");
        assertThatThrownBy(() -> Backbone.ofImages(unknown, SIDE, Backbone.Pixels.TENSORFLOW, null, List.of()))
                .hasMessageContaining("needs the names of the nodes");
        Files.write(weights, new byte[8]);
        assertThatThrownBy(() -> open(cut, "lifted")).hasMessageContaining("end before the weights 'lift' do");
    }

    private static void open(Path file, String output) throws IOException {
        Backbone.ofImages(file, SIDE, Backbone.Pixels.TENSORFLOW, "image", List.of(output))
                .close();
    }

    @Test
    void averagesTheFinerMapToTheCellsOfTheCoarser() throws Exception {
        OnnxGraph graph = new OnnxGraph("two");
        String pixels = graph.input("pixels", DataType.FLOAT, "n", "3", "8", "8");
        List<Long> two = List.of(2L, 2L);
        String coarse = graph.node(
                "MaxPool",
                List.of(OnnxGraph.attribute("kernel_shape", two), OnnxGraph.attribute("strides", two)),
                pixels);
        graph.outputOfAnyShape("coarse", coarse);
        graph.outputOfAnyShape("fine", pixels);
        graph.output("row", graph.node("Reshape", pixels, graph.list(0, -1)), "n", "192");
        Path file = folder.resolve("two.onnx");
        graph.write(file);
        float[] levels = new float[3 * 8 * 8];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = random.nextInt(256);
        }

        try (Backbone backbone =
                Backbone.ofImages(file, 8, Backbone.Pixels.TENSORFLOW, null, List.of("coarse", "fine"))) {
            float[] features = backbone.ofPixels(levels);

            assertThat(backbone.shape()).containsExactly(6, 4, 4);
            float[] four = {levels[0], levels[1], levels[8], levels[9]};
            float most = Math.max(Math.max(four[0], four[1]), Math.max(four[2], four[3]));
            assertThat(features[0]).isCloseTo(most / 127.5f - 1, within(1e-5f));
            assertThat(features[3 * 16])
                    .isCloseTo((four[0] + four[1] + four[2] + four[3]) / 4 / 127.5f - 1, within(1e-5f));
        }
        assertThatThrownBy(() -> Backbone.ofImages(file, 8, Backbone.Pixels.TENSORFLOW, null, List.of("coarse", "row"))
                        .close())
                .hasMessageContaining("[[1, 3, 4, 4], [1, 192]] can't stand side by side");
    }

    private float[] uniform(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    /** A graph model as TensorFlow.js's converter writes it. */
    private final class Model {

        private final ObjectMapper json = new ObjectMapper();
        private final ObjectNode model = json.createObjectNode();
        private final ArrayNode nodes = model.putObject("modelTopology").putArray("node");
        private final ObjectNode manifest = model.putArray("weightsManifest").addObject();
        private final ArrayNode weights = manifest.putArray("weights");
        private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

        Model node(String operator, String name, String... inputs) {
            ArrayNode fed =
                    nodes.addObject().put("name", name).put("op", operator).putArray("input");
            List.of(inputs).forEach(fed::add);
            return this;
        }

        Model convolution(String operator, String name, int stride, String... inputs) {
            node(operator, name, inputs);
            ObjectNode attributes = ((ObjectNode) nodes.get(nodes.size() - 1)).putObject("attr");
            // Both ways in which converters have written text.
            attributes.putObject("padding").put("s", "U0FNRQ==");
            attributes
                    .putObject("data_format")
                    .putArray("s")
                    .add('N')
                    .add('H')
                    .add('W')
                    .add('C');
            ArrayNode strides =
                    attributes.putObject("strides").putObject("list").putArray("i");
            strides.add("1")
                    .add(String.valueOf(stride))
                    .add(String.valueOf(stride))
                    .add("1");
            return this;
        }

        Model weights(String name, float[] values, int... shape) {
            node("Const", name);
            ArrayNode lengths = weights.addObject()
                    .put("name", name)
                    .put("dtype", "float32")
                    .putArray("shape");
            for (int length : shape) {
                lengths.add(length);
            }
            for (float value : values) {
                bytes.putFloat(value);
            }
            return this;
        }

        Path write() throws IOException {
            Path own = Files.createTempDirectory(folder, "model");
            manifest.putArray("paths").add("weights.bin");
            byte[] written = new byte[bytes.position()];
            bytes.flip().get(written);
            Files.write(own.resolve("weights.bin"), written);
            Path file = own.resolve("model.json");
            json.writeValue(file.toFile(), model);
            return file;
        }
    }
}
