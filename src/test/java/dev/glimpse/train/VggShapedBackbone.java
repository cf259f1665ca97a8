package dev.glimpse.train;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network of VGG16's shape (Simonyan and Zisserman 2015, arXiv:1409.1556, column D, up to {@code fc2}) with random weights:
 * {@code [n, 3, 224, 224]} to {@code [n, 4096]}.
 */
final class VggShapedBackbone {

    private static final int[][] STAGES = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
    private static final int FEATURES = 4096;

    private VggShapedBackbone() {}

    /** @param divisor of the convolutions' channels: 1 for VGG16's own, 553 MB */
    static Path write(Path file, int divisor) throws IOException {
        OnnxGraph graph = new OnnxGraph("vgg16");
        SplittableRandom random = new SplittableRandom(16);
        String x = graph.input("input_1", DataType.FLOAT, "n", "3", "224", "224");
        int in = 3;
        int number = 0;
        for (int[] stage : STAGES) {
            for (int channels : stage) {
                int out = channels / divisor;
                String kernel = graph.weights("conv" + number++, he(random, out * in * 9, 9.0 * in), out, in, 3, 3);
                List<Long> pads = List.of(1L, 1L, 1L, 1L);
                x = graph.node("Relu", graph.node("Conv", List.of(OnnxGraph.attribute("pads", pads)), x, kernel));
                in = out;
            }
            List<Long> two = List.of(2L, 2L);
            x = graph.node(
                    "MaxPool",
                    List.of(OnnxGraph.attribute("kernel_shape", two), OnnxGraph.attribute("strides", two)),
                    x);
        }
        int cells = 49 * in;
        x = graph.node("Reshape", x, graph.list(0, cells));
        x = graph.node("Relu", graph.node("MatMul", x, dense(graph, "fc1", random, cells)));
        x = graph.node("Relu", graph.node("MatMul", x, dense(graph, "fc2", random, FEATURES)));
        graph.output("fc2", x, "n", String.valueOf(FEATURES));
        graph.write(file);
        return file;
    }

    private static String dense(OnnxGraph graph, String name, SplittableRandom random, int in) {
        return graph.weights(name + " weights", he(random, in * FEATURES, in), in, FEATURES);
    }

    private static float[] he(SplittableRandom random, int count, double fanIn) {
        float[] values = new float[count];
        double reach = Math.sqrt(6 / fanIn);
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-reach, reach);
        }
        return values;
    }
}
