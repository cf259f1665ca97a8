package dev.glimpse.train.network;

import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Linear discriminants (Fisher 1936; several classes: Rao 1948): directions in which classes lie far apart, measured by how far
 * what is of one class does. Features times the matrix have variance 1 within classes, in every direction.
 *
 * @param lift   to be added to features first: minus the mean of the classes' means, {@code [width]}
 * @param matrix {@code [width, directions]}, row by row; the first direction tells most apart
 */
public record Discriminants(float[] lift, float[] matrix) {

    /** How much of the mean variance is added to each: with fewer features than numbers, some seem not to vary at all. */
    private static final double SHRINKAGE = 0.05;

    /**
     * Finds them.
     *
     * @param features   {@code [n, width]}
     * @param classes    of each, from 0; at least one class has two
     * @param count      of classes
     * @param directions how many, at most the width
     */
    public static Discriminants of(float[][] features, int[] classes, int count, int directions) {
        int width = features[0].length;
        DMatrixRMaj means = new DMatrixRMaj(count, width);
        int[] members = new int[count];
        for (int i = 0; i < features.length; i++) {
            members[classes[i]]++;
            for (int j = 0; j < width; j++) {
                means.add(classes[i], j, features[i][j]);
            }
        }
        int[] used = IntStream.range(0, count).filter(of -> members[of] > 0).toArray();
        float[] lift = new float[width];
        for (int of : used) {
            for (int j = 0; j < width; j++) {
                means.set(of, j, means.get(of, j) / members[of]);
                lift[j] -= (float) (means.get(of, j) / used.length);
            }
        }
        // In units of each number's own deviation: what is added below must not drown those that are small.
        double[] unit = new double[width];
        for (float[] row : features) {
            for (int j = 0; j < width; j++) {
                unit[j] += Math.pow(row[j] + lift[j], 2) / features.length;
            }
        }
        for (int j = 0; j < width; j++) {
            unit[j] = 1 / Math.sqrt(Math.max(unit[j], 1e-12));
        }
        DMatrixRMaj within = covariance(
                features.length,
                width,
                (row, column) -> (features[row][column] - means.get(classes[row], column)) * unit[column]);
        double added = SHRINKAGE * CommonOps_DDRM.trace(within) / width;
        for (int j = 0; j < width; j++) {
            within.add(j, j, Math.max(added, 1e-12));
        }
        DMatrixRMaj between = covariance(
                used.length, width, (row, column) -> (means.get(used[row], column) + lift[column]) * unit[column]);
        float[] matrix = matrix(within, between, directions);
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] *= (float) unit[i / directions];
        }
        return new Discriminants(lift, matrix);
    }

    private interface Entry {
        double at(int row, int column);
    }

    private static DMatrixRMaj covariance(int rows, int width, Entry entry) {
        DMatrixRMaj centred = new DMatrixRMaj(rows, width);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                centred.set(row, column, entry.at(row, column));
            }
        }
        DMatrixRMaj covariance = new DMatrixRMaj(width, width);
        CommonOps_DDRM.multInner(centred, covariance);
        CommonOps_DDRM.scale(1.0 / rows, covariance);
        return covariance;
    }

    /** With within = L L', the eigenvectors u of L^-1 between L^-T; a direction is L^-T u. */
    private static float[] matrix(DMatrixRMaj within, DMatrixRMaj between, int directions) {
        int width = within.numRows;
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(width, true);
        if (!cholesky.decompose(within.copy())) {
            throw new IllegalStateException("the features' covariance can't be decomposed");
        }
        DMatrixRMaj lower = cholesky.getT(null);
        DMatrixRMaj half = solved(lower, between);
        DMatrixRMaj turned = CommonOps_DDRM.transpose(half, null);
        DMatrixRMaj whitened = solved(lower, turned);
        DMatrixRMaj symmetric = CommonOps_DDRM.add(whitened, CommonOps_DDRM.transpose(whitened, null), null);
        CommonOps_DDRM.scale(0.5, symmetric);
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(width, true, true);
        if (!eigen.decompose(symmetric)) {
            throw new IllegalStateException("the discriminants were not found");
        }
        int[] largest = IntStream.range(0, width)
                .boxed()
                .sorted((one, other) -> Double.compare(
                        eigen.getEigenvalue(other).getReal(),
                        eigen.getEigenvalue(one).getReal()))
                .limit(directions)
                .mapToInt(Integer::intValue)
                .toArray();
        DMatrixRMaj vectors = new DMatrixRMaj(width, directions);
        for (int direction = 0; direction < directions; direction++) {
            DMatrixRMaj vector = eigen.getEigenVector(largest[direction]);
            for (int j = 0; j < width; j++) {
                vectors.set(j, direction, vector.get(j));
            }
        }
        DMatrixRMaj found = solved(CommonOps_DDRM.transpose(lower, null), vectors);
        float[] matrix = new float[width * directions];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = (float) found.get(i);
        }
        return matrix;
    }

    private static DMatrixRMaj solved(DMatrixRMaj triangle, DMatrixRMaj right) {
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.lu(triangle.numRows);
        if (!solver.setA(triangle.copy())) {
            throw new IllegalStateException("the features' covariance can't be inverted");
        }
        DMatrixRMaj solution = new DMatrixRMaj(triangle.numRows, right.numCols);
        solver.solve(right, solution);
        return solution;
    }
}
