package dev.glimpse.train.network;

import ai.djl.ndarray.NDArray;
import dev.glimpse.train.onnx.OnnxGraph;
import java.util.Arrays;
import java.util.List;

/** Writes down: a tensor is the name of the node that gives it, and weights are taken as they are now. */
public final class OnnxOperators implements Operators<String> {

    private final OnnxGraph graph;
    private final Weights weights;

    private final boolean quantized;

    /** Writes all numbers as float32. */
    public OnnxOperators(OnnxGraph graph, Weights weights) {
        this(graph, weights, false);
    }

    /**
     * @param quantized whether tables of tokens are written as int8, each row with a scale of its own, and other matrices as
     *                  float16
     */
    public OnnxOperators(OnnxGraph graph, Weights weights, boolean quantized) {
        this.graph = graph;
        this.weights = weights;
        this.quantized = quantized;
    }

    @Override
    public String weights(String name, Start start, long... shape) {
        return initializer(name, weights.trained(name, start, shape));
    }

    @Override
    public String measured(String name, double value, long length) {
        return initializer(name, weights.gathered(name, value, length));
    }

    private String initializer(String name, NDArray array) {
        long[] shape = array.getShape().getShape();
        return quantized && shape.length > 1
                ? graph.halves(name, array.toFloatArray(), shape)
                : graph.weights(name, array.toFloatArray(), shape);
    }

    @Override
    public String add(String a, String b) {
        return graph.node("Add", a, b);
    }

    @Override
    public String multiply(String a, String b) {
        return graph.node("Mul", a, b);
    }

    @Override
    public String scale(String x, double factor) {
        return graph.node("Mul", x, graph.number((float) factor));
    }

    @Override
    public String matMul(String a, String b) {
        return graph.node("MatMul", a, b);
    }

    @Override
    public String relu(String x) {
        return graph.node("Relu", x);
    }

    @Override
    public String gelu(String x) {
        String erf = graph.node("Erf", scale(x, Math.sqrt(0.5)));
        return multiply(scale(x, 0.5), graph.node("Add", erf, graph.number(1)));
    }

    @Override
    public String softmax(String x) {
        return graph.node("Softmax", List.of(OnnxGraph.attribute("axis", -1)), x);
    }

    @Override
    public String reshape(String x, long... shape) {
        return graph.node("Reshape", x, graph.list(shape));
    }

    @Override
    public String transpose(String x, int... order) {
        List<Long> axes = Arrays.stream(order).mapToObj(Long::valueOf).toList();
        return graph.node("Transpose", List.of(OnnxGraph.attribute("perm", axes)), x);
    }

    @Override
    public String concat(String a, String b) {
        return graph.node("Concat", List.of(OnnxGraph.attribute("axis", -1)), a, b);
    }

    @Override
    public String sumFirst(String x) {
        return graph.node("ReduceSum", List.of(OnnxGraph.attribute("keepdims", 0)), x, graph.list(0));
    }

    @Override
    public String layerNorm(String name, String x, long width) {
        return graph.node(
                "LayerNormalization",
                List.of(OnnxGraph.attribute("axis", -1), OnnxGraph.attribute("epsilon", NDArrayOperators.EPSILON)),
                x,
                weights(name + ".scale", new Start.Constant(1), width),
                weights(name + ".shift", new Start.Constant(0), width));
    }

    @Override
    public String batchNorm(String name, String x, long channels) {
        return graph.node(
                "BatchNormalization",
                List.of(OnnxGraph.attribute("epsilon", NDArrayOperators.EPSILON)),
                x,
                weights(name + ".scale", new Start.Constant(1), channels),
                weights(name + ".shift", new Start.Constant(0), channels),
                measured(name + ".mean", 0, channels),
                measured(name + ".variance", 1, channels));
    }

    @Override
    public String convolution(String x, String kernel, int stride) {
        long padding = graph.shape(kernel)[2] / 2;
        return graph.node(
                "Conv",
                List.of(
                        OnnxGraph.attribute("strides", List.of((long) stride, (long) stride)),
                        OnnxGraph.attribute("pads", List.of(padding, padding, padding, padding))),
                x,
                kernel);
    }

    @Override
    public String convolution(String x, String kernel) {
        long padding = graph.shape(kernel)[2] / 2;
        return graph.node("Conv", List.of(OnnxGraph.attribute("pads", List.of(padding, padding))), x, kernel);
    }

    @Override
    public String masked(String x, String mask) {
        return multiply(x, graph.node("Unsqueeze", real(mask), graph.list(2)));
    }

    @Override
    public String dropout(String x, double rate) {
        return x;
    }

    @Override
    public String tokens(String name, String ids, int vocabulary, int width) {
        NDArray table = weights.trained(name, NDArrayOperators.TOKENS, vocabulary, width);
        if (!quantized) {
            return graph.node("Gather", initializer(name, table), ids);
        }
        float[] values = table.toFloatArray();
        byte[] levels = new byte[values.length];
        float[] scales = new float[vocabulary];
        for (int row = 0; row < vocabulary; row++) {
            float most = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                most = Math.max(most, Math.abs(values[i]));
            }
            scales[row] = most / Byte.MAX_VALUE;
            for (int i = row * width; i < (row + 1) * width; i++) {
                levels[i] = (byte) (most == 0 ? 0 : Math.round(values[i] / scales[row]));
            }
        }
        String read = graph.node("Gather", graph.bytes(name, levels, vocabulary, width), ids);
        String scale = graph.node("Gather", graph.weights(name + ".scale", scales, vocabulary, 1), ids);
        return multiply(real(read), scale);
    }

    @Override
    public String column(String x, int number) {
        return graph.node("Gather", List.of(OnnxGraph.attribute("axis", 1)), x, graph.list(number));
    }

    @Override
    public String addRows(String x, String table) {
        String length = graph.node("Shape", List.of(OnnxGraph.attribute("start", 1), OnnxGraph.attribute("end", 2)), x);
        return graph.node("Add", x, graph.node("Slice", table, graph.list(0), length, graph.list(0)));
    }

    @Override
    public String attentionBias(String mask) {
        String absent = graph.node("Sub", real(mask), graph.number(1));
        return graph.node("Unsqueeze", scale(absent, -NDArrayOperators.MASKED), graph.list(1, 2));
    }

    private String real(String mask) {
        return graph.node("Cast", List.of(OnnxGraph.attribute("to", OnnxGraph.FLOAT)), mask);
    }

    @Override
    public String first(String x) {
        return graph.node("Gather", List.of(OnnxGraph.attribute("axis", 1)), x, graph.index(0));
    }

    @Override
    public String maskedMean(String x, String mask) {
        String present = graph.node("Unsqueeze", real(mask), graph.list(2));
        return graph.node("Div", sumTokens(graph.node("Mul", x, present)), sumTokens(present));
    }

    private String sumTokens(String x) {
        return graph.node("ReduceSum", List.of(OnnxGraph.attribute("keepdims", 0)), x, graph.list(1));
    }

    @Override
    public String lstm(String name, String x, String mask, long in, long hidden) {
        String inputs = initializer(
                name + ".W",
                weights.trained(name + ".input.weight", Start.linear(in), in, 4 * hidden)
                        .transpose(),
                1);
        String recurrent = initializer(
                name + ".R",
                weights.trained(name + ".recurrent", Start.linear(hidden), hidden, 4 * hidden)
                        .transpose(),
                1);
        float[] bias = weights.trained(name + ".input.bias", new Start.Constant(0), 4 * hidden)
                .toFloatArray();
        // ONNX has two biases, of the input and of the state: the second is 0.
        String biases = graph.weights(name + ".B", Arrays.copyOf(bias, 2 * bias.length), 1, 2L * bias.length);
        String lengths = graph.node(
                "Cast",
                List.of(OnnxGraph.attribute("to", OnnxGraph.INT32)),
                graph.node("ReduceSum", List.of(OnnxGraph.attribute("keepdims", 0)), mask, graph.list(1)));
        String last = graph.node(
                "LSTM",
                List.of(OnnxGraph.attribute("hidden_size", hidden)),
                2,
                transpose(x, 1, 0, 2),
                inputs,
                recurrent,
                biases,
                lengths);
        return graph.node("Squeeze", last, graph.list(0));
    }

    private String initializer(String name, NDArray matrix, long... before) {
        try (matrix) {
            long[] shape = new long[before.length + 2];
            System.arraycopy(before, 0, shape, 0, before.length);
            System.arraycopy(matrix.getShape().getShape(), 0, shape, before.length, 2);
            return quantized
                    ? graph.halves(name, matrix.toFloatArray(), shape)
                    : graph.weights(name, matrix.toFloatArray(), shape);
        }
    }
}
