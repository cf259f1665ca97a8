package dev.glimpse.train.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Computes, for as long as its manager is open: what comes out belongs to that, and weights are lent to it. */
public final class NDArrayOperators implements Operators<NDArray> {

    static final float EPSILON = 1e-5f;

    /** What keeps attention away from padding. */
    static final double MASKED = -1e4;

    /** The share of the statistics that a step keeps. */
    private static final float MOMENTUM = 0.9f;

    /** Of the numbers in a table of tokens as it begins: the standard deviation. */
    public static final double TOKEN_DEVIATION = 0.5;

    static final Start TOKENS = new Start.Normal(TOKEN_DEVIATION);

    private final NDManager manager;
    private final Weights weights;
    private final boolean training;
    /** By identity: arrays are equal to DJL if what they hold is, which it would have to compute. */
    private final Set<NDArray> lent = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param manager  of one step
     * @param training whether gradients are wanted, and statistics are of the batch
     */
    public NDArrayOperators(NDManager manager, Weights weights, boolean training) {
        this.manager = manager;
        this.weights = weights;
        this.training = training;
    }

    @Override
    public NDArray weights(String name, Start start, long... shape) {
        return lend(weights.trained(name, start, shape));
    }

    @Override
    public NDArray measured(String name, double value, long length) {
        return lend(weights.gathered(name, value, length));
    }

    /** What is computed from an array belongs to the array's manager: so to this step's, for its time. */
    private NDArray lend(NDArray array) {
        if (lent.add(array)) {
            array.tempAttach(manager);
        }
        return array;
    }

    /**
     * A number as an array that lives as long as the manager of another. What is multiplied by a plain number is not differentiated
     * rightly: DJL closes the array that it makes of it at once, Java frees its memory, and the engine reads it on the way back.
     */
    public static NDArray constant(NDArray of, double value) {
        return of.getManager().create((float) value);
    }

    /** An array times a number, to be differentiated: see {@link #constant}. */
    public static NDArray times(NDArray x, double factor) {
        return x.mul(constant(x, factor));
    }

    @Override
    public NDArray add(NDArray a, NDArray b) {
        return a.add(b);
    }

    @Override
    public NDArray multiply(NDArray a, NDArray b) {
        return a.mul(b);
    }

    @Override
    public NDArray scale(NDArray x, double factor) {
        return times(x, factor);
    }

    @Override
    public NDArray matMul(NDArray a, NDArray b) {
        return a.matMul(b);
    }

    @Override
    public NDArray relu(NDArray x) {
        return Activation.relu(x);
    }

    @Override
    public NDArray gelu(NDArray x) {
        return Activation.gelu(x);
    }

    @Override
    public NDArray softmax(NDArray x) {
        return x.softmax(-1);
    }

    @Override
    public NDArray reshape(NDArray x, long... shape) {
        long[] lengths = shape.clone();
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] == 0) {
                lengths[i] = x.getShape().get(i);
            }
        }
        return x.reshape(new Shape(lengths));
    }

    @Override
    public NDArray transpose(NDArray x, int... order) {
        return x.transpose(order);
    }

    @Override
    public NDArray concat(NDArray a, NDArray b) {
        return a.concat(b, -1);
    }

    @Override
    public NDArray sumFirst(NDArray x) {
        return x.sum(new int[] {0});
    }

    @Override
    public NDArray layerNorm(String name, NDArray x, long width) {
        return LayerNorm.layerNorm(
                        x,
                        new Shape(width),
                        weights(name + ".scale", new Start.Constant(1), width),
                        weights(name + ".shift", new Start.Constant(0), width),
                        EPSILON)
                .singletonOrThrow();
    }

    @Override
    public NDArray batchNorm(String name, NDArray x, long channels) {
        return BatchNorm.batchNorm(
                        x,
                        measured(name + ".mean", 0, channels),
                        measured(name + ".variance", 1, channels),
                        weights(name + ".scale", new Start.Constant(1), channels),
                        weights(name + ".shift", new Start.Constant(0), channels),
                        1,
                        MOMENTUM,
                        EPSILON,
                        training)
                .singletonOrThrow();
    }

    @Override
    public NDArray convolution(NDArray x, NDArray kernel, int stride) {
        long padding = kernel.getShape().get(2) / 2;
        return Conv2d.conv2d(x, kernel, null, new Shape(stride, stride), new Shape(padding, padding))
                .singletonOrThrow();
    }

    @Override
    public NDArray convolution(NDArray x, NDArray kernel) {
        return Conv1d.conv1d(
                        x,
                        kernel,
                        null,
                        new Shape(1),
                        new Shape(kernel.getShape().get(2) / 2))
                .singletonOrThrow();
    }

    @Override
    public NDArray masked(NDArray x, NDArray mask) {
        return x.mul(mask.toType(DataType.FLOAT32, false).expandDims(-1));
    }

    @Override
    public NDArray dropout(NDArray x, double rate) {
        return training && rate > 0 ? Dropout.dropout(x, (float) rate, true).singletonOrThrow() : x;
    }

    @Override
    public NDArray tokens(String name, NDArray ids, int vocabulary, int width) {
        NDArray table = weights(name, TOKENS, vocabulary, width);
        return ids.getNDArrayInternal()
                .embedding(ids, table, SparseFormat.DENSE)
                .singletonOrThrow();
    }

    @Override
    public NDArray column(NDArray x, int number) {
        return x.get(new NDIndex(":, {}:{}", number, number + 1));
    }

    @Override
    public NDArray addRows(NDArray x, NDArray table) {
        return x.add(table.get(new NDIndex("0:{}", x.getShape().get(1))));
    }

    @Override
    public NDArray attentionBias(NDArray mask) {
        NDArray absent = mask.toType(DataType.FLOAT32, false).sub(1).mul((float) -MASKED);
        return absent.expandDims(1).expandDims(1);
    }

    @Override
    public NDArray first(NDArray x) {
        return x.get(new NDIndex(":, 0"));
    }

    @Override
    public NDArray maskedMean(NDArray x, NDArray mask) {
        NDArray present = mask.toType(DataType.FLOAT32, false).expandDims(-1);
        return x.mul(present).sum(new int[] {1}).div(present.sum(new int[] {1}));
    }

    @Override
    public NDArray lstm(String name, NDArray x, NDArray mask, long in, long hidden) {
        NDArray recurrent = weights(name + ".recurrent", Start.linear(hidden), hidden, 4 * hidden);
        NDArray inputs = linear(name + ".input", x, in, 4 * hidden);
        NDArray present = mask.toType(DataType.FLOAT32, false);
        NDArray state = manager.zeros(new Shape(x.getShape().get(0), hidden));
        NDArray cell = state;
        for (long t = 0; t < x.getShape().get(1); t++) {
            NDArray gates = inputs.get(new NDIndex(":, {}", t)).add(state.matMul(recurrent));
            NDArray input = gate(gates, 0, hidden);
            NDArray output = gate(gates, 1, hidden);
            NDArray forget = gate(gates, 2, hidden);
            NDArray candidate =
                    gates.get(new NDIndex(":, {}:{}", 3 * hidden, 4 * hidden)).tanh();
            NDArray next = forget.mul(cell).add(input.mul(candidate));
            NDArray here = present.get(new NDIndex(":, {}:{}", t, t + 1));
            NDArray elsewhere = here.mul(-1).add(1);
            state = here.mul(output.mul(next.tanh())).add(elsewhere.mul(state));
            cell = here.mul(next).add(elsewhere.mul(cell));
        }
        return state;
    }

    /** In the order in which ONNX has them: input, output, forget, candidate. */
    private static NDArray gate(NDArray gates, int number, long hidden) {
        return Activation.sigmoid(gates.get(new NDIndex(":, {}:{}", number * hidden, (number + 1) * hidden)));
    }

    /** Rows of length 1. */
    public static NDArray normalised(NDArray rows) {
        return rows.div(NDArrays.add(rows.square().sum(new int[] {1}, true), 1e-12f)
                .sqrt());
    }
}
