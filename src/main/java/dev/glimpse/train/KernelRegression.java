package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.glimpse.train.network.NDArrayOperators;

/**
 * Kernel ridge regression (Saunders, Gammerman and Vovk 1998, "Ridge regression learning algorithm in dual variables"): what
 * goes with a row, by the rows that it lies near to. The kernel of two rows of length 1 is {@code exp(4 (cosine - 1))}.
 */
final class KernelRegression {

    private static final double SHARPNESS = 4;
    private static final double RIDGE = 0.1;

    private final NDArray rows;
    private final NDArray mean;
    private final NDArray duals;

    /**
     * @param at      has what is kept
     * @param rows    {@code [n, width]} of length 1; an {@code [n, n]} is inverted
     * @param targets {@code [n, dimension]}, what goes with each
     */
    KernelRegression(NDManager at, NDArray rows, NDArray targets) {
        this.rows = rows;
        this.mean = targets.mean(new int[] {0}, true);
        try (NDManager scratch = at.newSubManager()) {
            rows.tempAttach(scratch);
            targets.tempAttach(scratch);
            long n = rows.getShape().get(0);
            NDArray kernel = kernel(rows, rows);
            kernel.attach(scratch);
            NDArray ridge = NDArrayOperators.times(scratch.eye((int) n), RIDGE);
            this.duals = kernel.add(ridge).inverse().matMul(targets.sub(mean));
            duals.attach(at);
        }
    }

    private static NDArray kernel(NDArray some, NDArray others) {
        return NDArrayOperators.times(some.matMul(others.transpose()).sub(1), SHARPNESS)
                .exp();
    }

    /** What goes with other rows, {@code [m, width]} of length 1: {@code [m, dimension]}. */
    NDArray at(NDArray others) {
        return kernel(others, rows).matMul(duals).add(mean);
    }
}
