package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.network.OnnxOperators;
import dev.glimpse.train.network.Operators;
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

    /** As it is served: {@code input_ids} and {@code attention_mask} to {@code text_embeds}. */
    OnnxGraph export(Weights weights) throws IOException;

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

    private static OnnxGraph finished(OnnxGraph graph, String embeddings, int dimension) {
        graph.output("text_embeds", embeddings, "n", String.valueOf(dimension));
        return graph;
    }

    /** A network of our own, trained as a whole. */
    record Whole(TextNetwork network, BytePairs tokens) implements TextBranch {

        @Override
        public int length() {
            return network.length();
        }

        @Override
        public NDArray embed(Operators<NDArray> on, NDArray input, NDArray mask) {
            return network.apply(on, input, mask);
        }

        @Override
        public OnnxGraph export(Weights weights) {
            OnnxGraph graph = new OnnxGraph("text");
            String ids = graph.input("input_ids", DataType.INT64, "n", "s");
            String mask = graph.input("attention_mask", DataType.INT64, "n", "s");
            return finished(graph, network.apply(new OnnxOperators(graph, weights), ids, mask), network.dimension());
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
        public OnnxGraph export(Weights weights) throws IOException {
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
