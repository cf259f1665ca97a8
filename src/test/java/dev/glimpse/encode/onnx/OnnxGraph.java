package dev.glimpse.encode.onnx;

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
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An ONNX network that is being written, of the operators of opset 17 (github.com/onnx/onnx, docs/Operators.md). Nodes
 * are added in the order in which they run, and are known by the name of their one output. Equal seeds and calls give
 * equal bytes. Not thread-safe.
 */
final class OnnxGraph {

    /** The first with {@code LayerNormalization}. */
    private static final int OPSET = 17;

    private static final int IR_VERSION = 8;

    private final GraphProto.Builder graph;
    private final Set<String> initializers = new HashSet<>();
    private final SplittableRandom random;

    OnnxGraph(String name, long seed) {
        this.graph = GraphProto.newBuilder().setName(name);
        this.random = new SplittableRandom(seed);
    }

    /** @param dimensions numbers, or the names of dimensions of any size */
    String input(String name, TensorProto.DataType type, String... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** @param from the node that computes it, float32 */
    void output(String name, String from, String... dimensions) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(from).addOutput(name));
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, dimensions));
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

    /**
     * Random float32 weights, drawn where the name is new; else the weights that it has: so nodes share them.
     *
     * @param mean   of the uniform distribution
     * @param spread its standard deviation
     */
    String weights(String name, double mean, double spread, int... shape) {
        return initializers.contains(name)
                ? name
                : initializer(name, TensorProto.DataType.FLOAT, draw(mean, spread, shape), shape);
    }

    private ByteBuffer draw(double mean, double spread, int... shape) {
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        ByteBuffer bytes = littleEndian(Math.multiplyExact(Float.BYTES, size));
        double reach = Math.sqrt(3) * spread;
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) (mean + reach * (2 * random.nextDouble() - 1)));
        }
        return bytes;
    }

    /** A float32 number. */
    String number(float value) {
        ByteBuffer bytes = littleEndian(Float.BYTES).putFloat(value);
        return initializer("number " + value, TensorProto.DataType.FLOAT, bytes);
    }

    /** An int64 number. */
    String index(long value) {
        ByteBuffer bytes = littleEndian(Long.BYTES).putLong(value);
        return initializer("index " + value, TensorProto.DataType.INT64, bytes);
    }

    /** A list of int64 numbers, {@code [values.length]}. */
    String list(long... values) {
        ByteBuffer bytes = littleEndian(Long.BYTES * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return initializer("list " + Arrays.toString(values), TensorProto.DataType.INT64, bytes, values.length);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String initializer(String name, TensorProto.DataType type, ByteBuffer bytes, int... shape) {
        if (initializers.add(name)) {
            TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
            for (int length : shape) {
                tensor.addDims(length);
            }
            graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes.flip())));
        }
        return name;
    }

    /** Adds a node, and names its output. */
    String node(String operator, String... inputs) {
        return node(operator, List.of(), inputs);
    }

    /** Adds a node, and names its output. */
    String node(String operator, List<AttributeProto> attributes, String... inputs) {
        String output = operator + " " + graph.getNodeCount();
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .addAllAttribute(attributes));
        return output;
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto attribute(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values)
                .build();
    }

    void write(Path file) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("glimpse-test")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build();
        try (OutputStream stream = Files.newOutputStream(file)) {
            model.writeTo(stream);
        }
    }
}
