package dev.glimpse.train.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * An ONNX network that is being written, of the operators of opset 17 (github.com/onnx/onnx, docs/Operators.md). Nodes
 * are added in the order in which they run, and are known by the name of their one output that counts. Equal calls give
 * equal bytes. Not thread-safe.
 */
public final class OnnxGraph {

    /** The number of the element type float32. */
    public static final long FLOAT = TensorProto.DataType.FLOAT_VALUE;

    /** The number of the element type int32. */
    public static final long INT32 = TensorProto.DataType.INT32_VALUE;

    /** The first with {@code LayerNormalization}. */
    private static final int OPSET = 17;

    private static final int IR_VERSION = 8;

    private static final float LARGEST_HALF = 65_504;

    private final ModelProto.Builder model;
    private final GraphProto.Builder graph;
    private final Map<String, long[]> initializers = new HashMap<>();

    public OnnxGraph(String name) {
        this.model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("glimpse")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET));
        this.graph = GraphProto.newBuilder().setName(name);
    }

    private OnnxGraph(ModelProto read) {
        this.model = read.toBuilder();
        this.graph = read.getGraph().toBuilder();
        graph.getInitializerList()
                .forEach(tensor -> initializers.put(
                        tensor.getName(),
                        tensor.getDimsList().stream().mapToLong(Long::longValue).toArray()));
    }

    /**
     * Reads a network, to be written on: its operators stay of the opset that it has.
     *
     * @throws IOException if the file is no ONNX model
     */
    public static OnnxGraph read(Path file) throws IOException {
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
            return new OnnxGraph(ModelProto.parseFrom(stream));
        }
    }

    /** The names of what goes in. */
    public List<String> inputs() {
        return graph.getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> !initializers.containsKey(name))
                .toList();
    }

    /** The names of what comes out. */
    public List<String> outputs() {
        return graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    }

    /** Takes all outputs away; what computes them stays. */
    public void clearOutputs() {
        graph.clearOutput();
    }

    /**
     * Puts nodes before the network: what fed on an input feeds on what they make.
     *
     * @param old  the input's name, which is no input any more
     * @param make adds the nodes and names the last; what they feed on must be inputs or weights
     */
    public void replaceInput(String old, Supplier<String> make) {
        List<ValueInfoProto> others = graph.getInputList().stream()
                .filter(input -> !input.getName().equals(old))
                .toList();
        graph.clearInput().addAllInput(others);
        List<NodeProto> after = List.copyOf(graph.getNodeList());
        String made = make.get();
        List<NodeProto> before = List.copyOf(graph.getNodeList().subList(after.size(), graph.getNodeCount()));
        // Nodes stand in the order in which they run.
        graph.clearNode().addAllNode(before);
        for (NodeProto node : after) {
            NodeProto.Builder fed = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(old)) {
                    fed.setInput(i, made);
                }
            }
            graph.addNode(fed);
        }
    }

    private static NodeProto identity(String from, String to) {
        return NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(from)
                .addOutput(to)
                .build();
    }

    /**
     * Adds an input.
     *
     * @param dimensions numbers, or the names of dimensions of any size
     */
    public String input(String name, TensorProto.DataType type, String... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /**
     * Adds an output.
     *
     * @param from the node that computes it, float32
     */
    public void output(String name, String from, String... dimensions) {
        graph.addNode(identity(from, name));
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, dimensions));
    }

    /** Adds an output of which the runtime finds the shape. */
    public void outputOfAnyShape(String name, String from) {
        graph.addNode(identity(from, name));
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE))));
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, String... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (String dimension : dimensions) {
            if (Character.isDigit(dimension.charAt(0))) {
                shape.addDimBuilder().setDimValue(Long.parseLong(dimension));
            } else {
                shape.addDimBuilder().setDimParam(dimension);
            }
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(shape)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    /** Constant int8 numbers. */
    public String bytes(String name, byte[] values, long... shape) {
        if (initializers.putIfAbsent(name, shape.clone()) == null) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(TensorProto.DataType.INT8_VALUE)
                    .addAllDims(Arrays.stream(shape).boxed().toList())
                    .setRawData(ByteString.copyFrom(values)));
        }
        return name;
    }

    /** Float32 numbers; those that are known, where the name is: so nodes share them. */
    public String weights(String name, float[] values, long... shape) {
        requireAsMany(name, values, shape);
        ByteBuffer bytes = littleEndian(Math.multiplyExact(Float.BYTES, values.length));
        bytes.asFloatBuffer().put(values);
        return initializer(name, TensorProto.DataType.FLOAT, bytes.position(bytes.limit()), shape);
    }

    /**
     * Float32 numbers that are written as float16, and widened where the network is opened: a file of half the size, of 11
     * significant bits. As they are where one is too large for that.
     */
    public String halves(String name, float[] values, long... shape) {
        if (has(name)) {
            return name;
        }
        ByteBuffer bytes = littleEndian(Math.multiplyExact(Short.BYTES, values.length));
        for (float value : values) {
            if (Math.abs(value) > LARGEST_HALF) {
                return weights(name, values, shape);
            }
            bytes.putShort(Float.floatToFloat16(value));
        }
        requireAsMany(name, values, shape);
        String written = initializer(name + ".half", TensorProto.DataType.FLOAT16, bytes, shape);
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(name)
                .addInput(written)
                .addAttribute(attribute("to", FLOAT))
                .addOutput(name));
        initializers.put(name, shape.clone());
        return name;
    }

    /** Whether there are weights of this name. */
    public boolean has(String weights) {
        return initializers.containsKey(weights);
    }

    /** The shape of weights. */
    public long[] shape(String weights) {
        return Objects.requireNonNull(initializers.get(weights), weights).clone();
    }

    /** A float32 number. */
    public String number(float value) {
        ByteBuffer bytes = littleEndian(Float.BYTES).putFloat(value);
        return initializer("number " + value, TensorProto.DataType.FLOAT, bytes);
    }

    /** An int64 number. */
    public String index(long value) {
        ByteBuffer bytes = littleEndian(Long.BYTES).putLong(value);
        return initializer("index " + value, TensorProto.DataType.INT64, bytes);
    }

    /** A list of int64 numbers, {@code [values.length]}. */
    public String list(long... values) {
        ByteBuffer bytes = littleEndian(Long.BYTES * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return initializer("list " + Arrays.toString(values), TensorProto.DataType.INT64, bytes, values.length);
    }

    private static void requireAsMany(String name, float[] values, long... shape) {
        if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != values.length) {
            throw new IllegalArgumentException(
                    "%d numbers are no %s of shape %s".formatted(values.length, name, Arrays.toString(shape)));
        }
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String initializer(String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
        if (initializers.putIfAbsent(name, shape) == null) {
            TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
            for (long length : shape) {
                tensor.addDims(length);
            }
            graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes.flip())));
        }
        return name;
    }

    /** Adds a node, and names its output. */
    public String node(String operator, String... inputs) {
        return node(operator, List.of(), inputs);
    }

    /** Adds a node, and names its output. */
    public String node(String operator, List<AttributeProto> attributes, String... inputs) {
        return node(operator, attributes, 1, inputs);
    }

    /**
     * Adds a node, and names one of its outputs.
     *
     * @param number of the output, 1 for the first
     */
    public String node(String operator, List<AttributeProto> attributes, int number, String... inputs) {
        String output = "glimpse " + operator + " " + graph.getNodeCount();
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addAllAttribute(attributes);
        for (int unused = 1; unused < number; unused++) {
            node.addOutput("");
        }
        graph.addNode(node.addOutput(output));
        return output;
    }

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    public static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    public static AttributeProto attribute(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values)
                .build();
    }

    public void write(Path file) throws IOException {
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))) {
            model.setGraph(graph).build().writeTo(stream);
        }
    }
}
