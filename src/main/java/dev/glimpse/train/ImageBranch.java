package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.network.CellHead;
import dev.glimpse.train.network.CellPool;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.OnnxOperators;
import dev.glimpse.train.network.Operators;
import dev.glimpse.train.network.Weights;
import dev.glimpse.train.onnx.Backbone;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What brings pictures into the joint space. */
sealed interface ImageBranch {

    /** The side of its pictures, in pixels. */
    int size();

    /**
     * What comes of pictures.
     *
     * @param embeddings {@code [n, dimension]}, of any length
     * @param attended   what they were pooled of; null where there is no such thing
     */
    record Seen(NDArray embeddings, @Nullable Cells attended) {}

    /**
     * Cells of pictures, row by row.
     *
     * @param regions  {@code [n, cells, dimension]}: what the embedding would be if all attention lay on that cell
     * @param features {@code [n, cells, width]}
     */
    record Cells(NDArray regions, NDArray features) {}

    /**
     * What of pictures enters the part that is trained: themselves, or what a backbone makes of them, which no step changes. Any
     * thread may ask.
     *
     * @param pictures {@code [3, size, size]} each, levels of -1 to 1; or features, where they are {@link #seesPixels not seen}
     * @return as many, of the shape {@link #entry()} each
     */
    default List<float[]> entering(List<float[]> pictures) {
        return pictures;
    }

    /** The shape of what enters. */
    default Shape entry() {
        return new Shape(3, size(), size());
    }

    /** Of what {@link #entering enters}: {@code [n, entry...]}. */
    Seen see(Operators<NDArray> on, NDArray input);

    /** The embeddings alone, {@code [n, dimension]}. */
    default NDArray embed(Operators<NDArray> on, NDArray input) {
        return see(on, input).embeddings();
    }

    /** How many features a reranker reads of a picture. */
    int features();

    /** What a reranker reads: of what {@link #entering enters}, {@code [n, features]}. */
    NDArray features(Operators<NDArray> on, NDArray input);

    /**
     * As it is served: {@code pixel_values} to {@code image_embeds}.
     *
     * @param withFeatures whether also {@code image_features} come out
     */
    OnnxGraph export(Weights weights, boolean withFeatures) throws IOException;

    /** Whether it is trained on pixels, which augmentation may change; else on features that are computed once. */
    default boolean seesPixels() {
        return true;
    }

    private static Seen seen(CellPool.Output<NDArray> output) {
        return new Seen(output.embeddings(), new Cells(output.regions(), output.cells()));
    }

    private static OnnxGraph finished(
            OnnxGraph graph, CellPool pool, CellPool.Output<String> output, boolean withFeatures) {
        String dimension = String.valueOf(pool.dimension());
        graph.output("image_embeds", output.embeddings(), "n", dimension);
        graph.output("region_embeds", output.regions(), "n", String.valueOf(pool.cells()), dimension);
        if (withFeatures) {
            graph.output("image_features", output.features(), "n", String.valueOf(pool.features()));
        }
        return graph;
    }

    /** A network of our own, trained as a whole. */
    record Whole(ImageNetwork network) implements ImageBranch {

        @Override
        public int size() {
            return network.size();
        }

        @Override
        public Seen see(Operators<NDArray> on, NDArray input) {
            return seen(network.apply(on, input));
        }

        @Override
        public int features() {
            return network.pool().features();
        }

        @Override
        public NDArray features(Operators<NDArray> on, NDArray input) {
            return network.apply(on, input).features();
        }

        @Override
        public OnnxGraph export(Weights weights, boolean withFeatures) {
            OnnxGraph graph = new OnnxGraph("vision");
            String side = String.valueOf(network.size());
            String pixels = graph.input("pixel_values", DataType.FLOAT, "n", "3", side, side);
            CellPool.Output<String> output = network.apply(new OnnxOperators(graph, weights), pixels);
            return finished(graph, network.pool(), output, withFeatures);
        }
    }

    /** Attention over the cells of a backbone's map, which stays as it is. */
    record OnCells(Backbone backbone, CellHead head) implements ImageBranch {

        /** From levels of -1 to 1, as pictures are drawn, to those of 0 to 255, as backbones take them. */
        private static final float HALF = 127.5f;

        @Override
        public int size() {
            return backbone.size();
        }

        @Override
        public List<float[]> entering(List<float[]> pictures) {
            int width = 3 * size() * size();
            float[] levels = new float[pictures.size() * width];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (pictures.get(i / width)[i % width] + 1) * HALF;
            }
            float[] maps = backbone.ofPixels(levels);
            int each = (int) entry().size();
            return IntStream.range(0, pictures.size())
                    .mapToObj(i -> Arrays.copyOfRange(maps, i * each, (i + 1) * each))
                    .toList();
        }

        @Override
        public Shape entry() {
            int side = head.pool().side();
            return new Shape(head.channels(), side, side);
        }

        @Override
        public Seen see(Operators<NDArray> on, NDArray input) {
            return seen(head.apply(on, input));
        }

        @Override
        public int features() {
            return head.pool().features();
        }

        @Override
        public NDArray features(Operators<NDArray> on, NDArray input) {
            return head.apply(on, input).features();
        }

        @Override
        public OnnxGraph export(Weights weights, boolean withFeatures) throws IOException {
            OnnxGraph graph = backbone.graph();
            CellPool.Output<String> output = head.apply(new OnnxOperators(graph, weights), backbone.features());
            return finished(graph, head.pool(), output, withFeatures);
        }
    }

    /** A head on the features of a backbone, which are computed once. */
    record Frozen(Backbone backbone, Head head) implements ImageBranch {

        @Override
        public boolean seesPixels() {
            return false;
        }

        @Override
        public int size() {
            return backbone.size();
        }

        @Override
        public Shape entry() {
            return new Shape(head.width());
        }

        @Override
        public Seen see(Operators<NDArray> on, NDArray input) {
            return new Seen(head.apply(on, input), null);
        }

        @Override
        public int features() {
            return head.width();
        }

        @Override
        public NDArray features(Operators<NDArray> on, NDArray input) {
            return input;
        }

        @Override
        public OnnxGraph export(Weights weights, boolean withFeatures) throws IOException {
            OnnxGraph graph = backbone.graph();
            String embeddings = head.apply(new OnnxOperators(graph, weights), backbone.features());
            graph.output("image_embeds", embeddings, "n", String.valueOf(head.dimension()));
            if (withFeatures) {
                graph.output("image_features", backbone.features(), "n", String.valueOf(features()));
            }
            return graph;
        }
    }
}
