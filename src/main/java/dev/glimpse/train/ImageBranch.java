package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.OnnxOperators;
import dev.glimpse.train.network.Operators;
import dev.glimpse.train.network.Weights;
import dev.glimpse.train.onnx.Backbone;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
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

    /** Of pixels {@code [n, 3, size, size]}, or of features where a backbone gave them. */
    Seen see(Operators<NDArray> on, NDArray input);

    /** The embeddings alone, {@code [n, dimension]}. */
    default NDArray embed(Operators<NDArray> on, NDArray input) {
        return see(on, input).embeddings();
    }

    /** How many features a reranker reads of a picture. */
    int features();

    /** What a reranker reads: of what {@link #embed} takes, {@code [n, features]}. */
    NDArray features(Operators<NDArray> on, NDArray input);

    /**
     * As it is served: {@code pixel_values} to {@code image_embeds}.
     *
     * @param withFeatures whether also {@code image_features} come out
     */
    OnnxGraph export(Weights weights, boolean withFeatures) throws IOException;

    /** A network of our own, trained as a whole. */
    record Whole(ImageNetwork network) implements ImageBranch {

        @Override
        public int size() {
            return network.size();
        }

        @Override
        public Seen see(Operators<NDArray> on, NDArray input) {
            ImageNetwork.Output<NDArray> output = network.apply(on, input);
            return new Seen(output.embeddings(), new Cells(output.regions(), output.cells()));
        }

        @Override
        public int features() {
            return network.queries() * network.width();
        }

        @Override
        public NDArray features(Operators<NDArray> on, NDArray input) {
            return network.apply(on, input).features();
        }

        @Override
        public OnnxGraph export(Weights weights, boolean withFeatures) {
            OnnxGraph graph = new OnnxGraph("vision");
            String side = String.valueOf(network.size());
            String dimension = String.valueOf(network.dimension());
            String pixels = graph.input("pixel_values", DataType.FLOAT, "n", "3", side, side);
            ImageNetwork.Output<String> output = network.apply(new OnnxOperators(graph, weights), pixels);
            graph.output("image_embeds", output.embeddings(), "n", dimension);
            String cells = String.valueOf(network.side() * network.side());
            graph.output("region_embeds", output.regions(), "n", cells, dimension);
            if (withFeatures) {
                graph.output("image_features", output.features(), "n", String.valueOf(features()));
            }
            return graph;
        }
    }

    /** A head on a backbone. */
    record Frozen(Backbone backbone, Head head) implements ImageBranch {

        @Override
        public int size() {
            return backbone.size();
        }

        @Override
        public Seen see(Operators<NDArray> on, NDArray input) {
            return new Seen(head.apply(on, input), null);
        }

        @Override
        public int features() {
            return backbone.width();
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
