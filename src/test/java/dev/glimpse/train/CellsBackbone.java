package dev.glimpse.train;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Convolutions with random weights: {@code [n, 3, 64, 64]} to maps {@code [n, 32, 16, 16]} and {@code [n, 64, 8, 8]}. */
final class CellsBackbone {

    private CellsBackbone() {}

    static Path write(Path file) throws IOException {
        OnnxGraph graph = new OnnxGraph("cells");
        SplittableRandom random = new SplittableRandom(17);
        String pixels = graph.input("pixels", DataType.FLOAT, "n", "3", "64", "64");
        String half = convolution(graph, random, pixels, 3, 16);
        String fine = convolution(graph, random, half, 16, 32);
        graph.outputOfAnyShape("fine", fine);
        graph.outputOfAnyShape("coarse", convolution(graph, random, fine, 32, 64));
        graph.write(file);
        return file;
    }

    private static String convolution(OnnxGraph graph, SplittableRandom random, String x, int in, int out) {
        float[] kernel = new float[out * in * 9];
        double reach = Math.sqrt(6 / (9.0 * in));
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = (float) random.nextDouble(-reach, reach);
        }
        String weights = graph.weights("conv" + out, kernel, out, in, 3, 3);
        List<Long> pads = List.of(1L, 1L, 1L, 1L);
        List<Long> strides = List.of(2L, 2L);
        return graph.node(
                "Relu",
                graph.node(
                        "Conv",
                        List.of(OnnxGraph.attribute("pads", pads), OnnxGraph.attribute("strides", strides)),
                        x,
                        weights));
    }
}
