package dev.glimpse.train.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Part of a graph model of TensorFlow.js, as ONNX: a {@code model.json} and the files of weights beside it. Of the operators
 * those of convolutional networks are known, at batches first and channels last; in ONNX channels come second.
 */
final class TensorFlowJsGraph {

    /** Where axes that were {@code n, h, w, c} and {@code h, w, in, out} lie in ONNX. */
    private static final int[] KERNEL = {3, 2, 0, 1};

    private static final int[] DEPTHWISE_KERNEL = {2, 3, 0, 1};

    /** A constant: its numbers, and their shape. */
    private record Constant(float[] values, long[] shape) {}

    private final Path file;
    private final Map<String, JsonNode> nodes = new HashMap<>();
    private final Map<String, Constant> constants = new HashMap<>();
    private final OnnxGraph graph = new OnnxGraph("tensorflow.js");

    /** The names that nodes have in ONNX. */
    private final Map<String, String> made = new HashMap<>();

    private final Set<String> begun = new HashSet<>();

    private TensorFlowJsGraph(Path file) throws IOException {
        this.file = file;
        JsonNode model = new ObjectMapper().readTree(file.toFile());
        model.path("modelTopology")
                .path("node")
                .forEach(node -> nodes.put(node.path("name").asText(), node));
        if (nodes.isEmpty()) {
            throw new IOException(file + " is no graph model of TensorFlow.js: it has no modelTopology.node");
        }
        for (JsonNode group : model.path("weightsManifest")) {
            readWeights(group);
        }
    }

    /**
     * Reads what lies between two nodes.
     *
     * @param from takes the pictures, {@code [n, 3, h, w]}: it is an input, and what computes it is left out
     * @param to   give the features: the outputs
     * @throws IOException if the file is no such model, or what lies between has other operators
     */
    static OnnxGraph read(Path file, String from, List<String> to) throws IOException {
        TensorFlowJsGraph read = new TensorFlowJsGraph(file);
        for (String name : Stream.concat(Stream.of(from), to.stream()).toList()) {
            if (!read.nodes.containsKey(name)) {
                throw new IOException("%s has no node '%s'".formatted(file, name));
            }
        }
        read.made.put(from, read.graph.input("pictures", DataType.FLOAT, "n", "3", "h", "w"));
        for (String name : to) {
            read.graph.outputOfAnyShape(name, read.node(name));
        }
        return read.graph;
    }

    private void readWeights(JsonNode group) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (JsonNode path : group.path("paths")) {
            all.write(Files.readAllBytes(file.resolveSibling(path.asText())));
        }
        ByteBuffer bytes = ByteBuffer.wrap(all.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode weight : group.path("weights")) {
            String name = weight.path("name").asText();
            List<Long> lengths = new ArrayList<>();
            weight.path("shape").forEach(length -> lengths.add(length.asLong()));
            long[] shape = lengths.stream().mapToLong(Long::longValue).toArray();
            int count = Math.toIntExact(lengths.stream().reduce(1L, Math::multiplyExact));
            String type = weight.path("dtype").asText();
            if (weight.has("quantization") || !(type.equals("float32") || type.equals("int32"))) {
                throw new IOException(
                        "%s: weights '%s' are quantised, or neither float32 nor int32".formatted(file, name));
            }
            if (bytes.remaining() < (long) Float.BYTES * count) {
                throw new IOException("%s: its files end before the weights '%s' do".formatted(file, name));
            }
            float[] values = new float[count];
            bytes.asFloatBuffer().get(values);
            bytes.position(bytes.position() + Float.BYTES * count);
            if (type.equals("float32")) {
                constants.put(name, new Constant(values, shape));
            }
        }
    }

    private String node(String reference) throws IOException {
        String name = reference.endsWith(":0") ? reference.substring(0, reference.length() - 2) : reference;
        String known = made.get(name);
        if (known != null) {
            return known;
        }
        if (!begun.add(name)) {
            throw new IOException("%s: node '%s' feeds on itself".formatted(file, name));
        }
        JsonNode node = nodes.get(name);
        if (node == null) {
            throw new IOException("%s: there is no node '%s'".formatted(file, name));
        }
        String output = node(name, node);
        made.put(name, output);
        return output;
    }

    private String node(String name, JsonNode node) throws IOException {
        String operator = node.path("op").asText();
        return switch (operator) {
            case "Const" -> channels(name);
            case "Conv2D" -> convolution(node, KERNEL, false);
            case "DepthwiseConv2dNative" -> convolution(node, DEPTHWISE_KERNEL, true);
            case "Mul" -> graph.node("Mul", inputs(node));
            case "Add", "AddV2", "BiasAdd" -> graph.node("Add", inputs(node));
            case "AddN" -> graph.node("Sum", inputs(node));
            case "Sub" -> graph.node("Sub", inputs(node));
            case "Relu" -> graph.node("Relu", inputs(node));
            case "Relu6" -> graph.node("Clip", inputs(node)[0], graph.number(0), graph.number(6));
            case "Identity" -> inputs(node)[0];
            default ->
                throw new IOException("%s: node '%s' is a %s, which is not known here"
                        .formatted(file, name, operator.isEmpty() ? "nothing" : operator));
        };
    }

    private String[] inputs(JsonNode node) throws IOException {
        List<String> inputs = new ArrayList<>();
        for (JsonNode input : node.path("input")) {
            // With ^ what only must have run before.
            if (!input.asText().startsWith("^")) {
                inputs.add(node(input.asText()));
            }
        }
        return inputs.toArray(String[]::new);
    }

    private Constant constant(String name) throws IOException {
        Constant constant = constants.get(name);
        if (constant == null) {
            throw new IOException("%s: there are no float32 weights '%s'".formatted(file, name));
        }
        return constant;
    }

    /** A number, or one for each channel. */
    private String channels(String name) throws IOException {
        Constant constant = constant(name);
        int axes = constant.shape.length;
        for (int axis = 0; axis < axes - 1; axis++) {
            if (constant.shape[axis] != 1) {
                throw new IOException("%s: weights '%s' must be one a channel".formatted(file, name));
            }
        }
        return axes == 0
                ? graph.number(constant.values[0])
                : graph.weights(name, constant.values, constant.values.length, 1, 1);
    }

    private String convolution(JsonNode node, int[] order, boolean depthwise) throws IOException {
        String name = node.path("name").asText();
        String layout = text(node, "data_format");
        String padding = text(node, "padding");
        if (!layout.equals("NHWC") && !layout.isEmpty() || !padding.equals("SAME") && !padding.equals("VALID")) {
            throw new IOException("%s: '%s' is %s with padding %s; known is NHWC with SAME or VALID"
                    .formatted(file, name, layout, padding));
        }
        String picture = node(node.path("input").path(0).asText());
        String weights = node.path("input").path(1).asText();
        Constant kernel = constant(weights);
        if (kernel.shape.length != 4) {
            throw new IOException("%s: weights '%s' must be of a kernel".formatted(file, weights));
        }
        float[] moved = transposed(kernel, order);
        long[] shape = new long[4];
        for (int axis = 0; axis < 4; axis++) {
            shape[axis] = kernel.shape[order[axis]];
        }
        List<AttributeProto> attributes = new ArrayList<>(List.of(
                OnnxGraph.attribute("auto_pad", padding.equals("SAME") ? "SAME_UPPER" : "VALID"),
                OnnxGraph.attribute("strides", overPlane(node, "strides")),
                OnnxGraph.attribute("dilations", overPlane(node, "dilations"))));
        if (depthwise) {
            // Kernels of each channel by itself: what was [in, multiplier, h, w] is [in * multiplier, 1, h, w].
            attributes.add(OnnxGraph.attribute("group", shape[0]));
            shape = new long[] {shape[0] * shape[1], 1, shape[2], shape[3]};
        }
        return graph.node("Conv", attributes, picture, graph.weights(weights, moved, shape));
    }

    private static float[] transposed(Constant kernel, int[] order) {
        long[] strides = new long[4];
        long stride = 1;
        for (int axis = 3; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= kernel.shape[axis];
        }
        float[] moved = new float[kernel.values.length];
        int to = 0;
        for (int a = 0; a < kernel.shape[order[0]]; a++) {
            for (int b = 0; b < kernel.shape[order[1]]; b++) {
                for (int c = 0; c < kernel.shape[order[2]]; c++) {
                    for (int d = 0; d < kernel.shape[order[3]]; d++) {
                        long from = a * strides[order[0]]
                                + b * strides[order[1]]
                                + c * strides[order[2]]
                                + d * strides[order[3]];
                        moved[to++] = kernel.values[(int) from];
                    }
                }
            }
        }
        return moved;
    }

    /** An attribute of text: the file has its bytes as numbers, or in base64. */
    private static String text(JsonNode node, String attribute) {
        JsonNode value = node.path("attr").path(attribute).path("s");
        if (!value.isArray()) {
            return new String(Base64.getDecoder().decode(value.asText()), StandardCharsets.US_ASCII);
        }
        StringBuilder text = new StringBuilder();
        value.forEach(character -> text.append((char) character.asInt()));
        return text.toString();
    }

    /** Two of the four numbers of an attribute: those of h and w; 1 and 1 where there is none. */
    private static List<Long> overPlane(JsonNode node, String attribute) {
        JsonNode all = node.path("attr").path(attribute).path("list").path("i");
        return all.size() == 4 ? List.of(all.path(1).asLong(), all.path(2).asLong()) : List.of(1L, 1L);
    }
}
