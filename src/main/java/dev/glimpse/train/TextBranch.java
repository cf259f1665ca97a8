package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.network.OnnxOperators;
import dev.glimpse.train.network.Operators;
import dev.glimpse.train.network.RerankerNetwork;
import dev.glimpse.train.network.TextNetwork;
import dev.glimpse.train.network.Weights;
import dev.glimpse.train.onnx.Backbone;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What brings captions into the joint space. */
sealed interface TextBranch {

    /** The longest text, in tokens. */
    int length();

    /** Of token ids and mask {@code [m, s]}, or of features where a backbone gave them; {@code [m, dimension]}. */
    NDArray embed(Operators<NDArray> on, NDArray input, NDArray mask);

    /** How wide the state is that a reranker reads. */
    int stateWidth();

    /** What a reranker reads of a text: {@code [m, stateWidth]}, by weights of the reranker's own. */
    NDArray state(Operators<NDArray> on, NDArray input, NDArray mask);

    /**
     * As it is served: {@code input_ids} and {@code attention_mask} to {@code text_embeds}.
     *
     * @param quantized whether the table of tokens is written as int8, and other matrices as float16
     */
    OnnxGraph export(Weights weights, boolean quantized) throws IOException;

    /** The reranker as it is served: {@code image_features}, {@code input_ids}, {@code attention_mask} to {@code match}. */
    OnnxGraph export(RerankerNetwork reranker, Weights weights, boolean quantized) throws IOException;

    /** Writes what cuts its texts into tokens. */
    void writeTokenizer(Path file) throws IOException;

    /** The tokenizer in a file, cut to the branch's length, without padding. */
    default HuggingFaceTokenizer openTokenizer(Path file) throws IOException {
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(file)
                .optTruncation(true)
                .optPadding(false)
                .optMaxLength(length())
                .build();
    }

    private static OnnxGraph finished(
            OnnxGraph graph, Operators<String> on, RerankerNetwork reranker, String features, String state) {
        String match = reranker.match(on, reranker.logits(on, features, state));
        graph.output("match", match, "n", "1");
        return graph;
    }

    private static String features(OnnxGraph graph, RerankerNetwork reranker) {
        return graph.input("image_features", DataType.FLOAT, "n", String.valueOf(reranker.features()));
    }

    private static OnnxGraph finished(OnnxGraph graph, String embeddings, int dimension) {
        graph.output("text_embeds", embeddings, "n", String.valueOf(dimension));
        return graph;
    }

    /** A network of our own, trained as a whole. */
    record Whole(TextNetwork network, Tokens tokens) implements TextBranch {

        @Override
        public int length() {
            return network.length();
        }

        @Override
        public NDArray embed(Operators<NDArray> on, NDArray input, NDArray mask) {
            return network.apply(on, input, mask);
        }

        @Override
        public int stateWidth() {
            return network.stateWidth();
        }

        @Override
        public NDArray state(Operators<NDArray> on, NDArray input, NDArray mask) {
            return network.state(on, RerankerNetwork.TEXT, input, mask);
        }

        @Override
        public OnnxGraph export(Weights weights, boolean quantized) {
            OnnxGraph graph = new OnnxGraph("text");
            String ids = graph.input("input_ids", DataType.INT64, "n", "s");
            String mask = graph.input("attention_mask", DataType.INT64, "n", "s");
            OnnxOperators on = new OnnxOperators(graph, weights, quantized);
            return finished(graph, network.apply(on, ids, mask), network.dimension());
        }

        @Override
        public OnnxGraph export(RerankerNetwork reranker, Weights weights, boolean quantized) {
            OnnxGraph graph = new OnnxGraph(RerankerNetwork.NAME);
            String features = TextBranch.features(graph, reranker);
            String ids = graph.input("input_ids", DataType.INT64, "m", "s");
            String mask = graph.input("attention_mask", DataType.INT64, "m", "s");
            OnnxOperators on = new OnnxOperators(graph, weights, quantized);
            String state = network.state(on, RerankerNetwork.TEXT, ids, mask);
            return finished(graph, on, reranker, features, state);
        }

        @Override
        public void writeTokenizer(Path file) throws IOException {
            tokens.write(file, network.length());
        }
    }

    /** A head on a backbone, with the backbone's tokenizer. */
    record Frozen(Backbone backbone, Head head, Path tokenizer, int length) implements TextBranch {

        @Override
        public NDArray embed(Operators<NDArray> on, NDArray input, NDArray mask) {
            return head.apply(on, input);
        }

        @Override
        public int stateWidth() {
            return head.width();
        }

        @Override
        public NDArray state(Operators<NDArray> on, NDArray input, NDArray mask) {
            return input;
        }

        @Override
        public OnnxGraph export(RerankerNetwork reranker, Weights weights, boolean quantized) throws IOException {
            OnnxGraph graph = backbone.graph();
            String features = TextBranch.features(graph, reranker);
            return finished(graph, new OnnxOperators(graph, weights), reranker, features, backbone.features());
        }

        @Override
        public OnnxGraph export(Weights weights, boolean quantized) throws IOException {
            OnnxGraph graph = backbone.graph();
            String embeddings = head.apply(new OnnxOperators(graph, weights), backbone.features());
            return finished(graph, embeddings, head.dimension());
        }

        @Override
        public void writeTokenizer(Path file) throws IOException {
            Files.copy(tokenizer, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
