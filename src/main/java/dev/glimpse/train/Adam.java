package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101): matrices decay, vectors do not.
 * DJL's optimizer keeps its state to itself; this one's can be written down and read again. Not thread-safe.
 */
final class Adam implements AutoCloseable {

    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.98f;
    private static final float EPSILON = 1e-6f;
    private static final double LONGEST = 20;

    private final NDManager manager;
    private final float decay;
    private final Map<String, NDArray> means = new LinkedHashMap<>();
    private final Map<String, NDArray> variances = new LinkedHashMap<>();

    /** @param decay the share of itself that a weight loses at each step, in learning rates */
    Adam(NDManager parent, double decay) {
        this.manager = parent.newSubManager();
        this.decay = (float) decay;
    }

    /**
     * Takes a step along the gradients that the weights have, unless one of those is no number. Gradients whose length
     * together is more than {@value #LONGEST} are shortened to that (Pascanu et al. 2013, arXiv:1211.5063).
     *
     * @param number of this step, 1 for the first
     * @param rate   of learning
     * @return whether the step was taken
     */
    boolean step(Map<String, NDArray> weights, long number, double rate) {
        double length = lengthOfGradients(weights);
        boolean finite = Double.isFinite(length);
        double shortened = length > LONGEST ? LONGEST / length : 1;
        double corrected =
                rate * Math.sqrt(1 - Math.pow(BETA2, (double) number)) / (1 - Math.pow(BETA1, (double) number));
        try (NDManager step = manager.newSubManager()) {
            weights.forEach((name, weight) -> {
                NDArray gradient = weight.getGradient();
                gradient.attach(step);
                if (!finite) {
                    // What is no number minus itself is none either, but to the power of 0 it is 1. Not set(float[]):
                    // that lets
                    // the engine write into memory that belongs to this one handle, and is freed with it.
                    gradient.powi(0).subi(gradient);
                    return;
                }
                if (shortened < 1) {
                    gradient.muli((float) shortened);
                }
                NDArray mean = means.computeIfAbsent(name, key -> manager.zeros(weight.getShape()));
                NDArray variance = variances.computeIfAbsent(name, key -> manager.zeros(weight.getShape()));
                mean.muli(BETA1).addi(gradient.mul(1 - BETA1));
                variance.muli(BETA2).addi(gradient.square().mul(1 - BETA2));
                mean.tempAttach(step);
                variance.tempAttach(step);
                NDArray change = mean.div(variance.sqrt().add(EPSILON)).mul((float) corrected);
                boolean matrix = weight.getShape().dimension() > 1;
                weight.setRequiresGradient(false);
                if (matrix && decay > 0) {
                    weight.muli(1 - (float) rate * decay);
                }
                weight.subi(change);
                weight.setRequiresGradient(true);
                // Else the next step's gradients are added to these.
                gradient.subi(gradient);
            });
        }
        return finite;
    }

    private double lengthOfGradients(Map<String, NDArray> weights) {
        try (NDManager step = manager.newSubManager()) {
            NDList squares = new NDList();
            for (NDArray weight : weights.values()) {
                NDArray gradient = weight.getGradient();
                gradient.attach(step);
                squares.add(gradient.square().sum());
            }
            // One number to wait for, where each of them would have an accelerator wait.
            return Math.sqrt(NDArrays.stack(squares).sum().getFloat());
        }
    }

    /** Writes its state, as DJL writes lists of arrays. */
    void write(OutputStream to) throws IOException {
        NDList all = new NDList();
        means.forEach((name, array) -> all.add(named("mean:" + name, array)));
        variances.forEach((name, array) -> all.add(named("variance:" + name, array)));
        to.write(all.encode());
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    /** Takes the place of the state. */
    void read(InputStream from) {
        NDList all = NDList.decode(manager, from);
        for (NDArray array : all) {
            String name = array.getName();
            Map<String, NDArray> in = name.startsWith("mean:") ? means : variances;
            in.put(name.substring(name.indexOf(':') + 1), array);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
