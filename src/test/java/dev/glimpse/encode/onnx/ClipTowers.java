package dev.glimpse.encode.onnx;

import static ai.onnx.proto.OnnxMl.TensorProto.DataType.FLOAT;
import static ai.onnx.proto.OnnxMl.TensorProto.DataType.INT64;
import static dev.glimpse.train.onnx.OnnxGraph.attribute;

import dev.glimpse.encode.onnx.ClipShapedModel.Sizes;
import dev.glimpse.encode.onnx.ClipShapedModel.Transformer;
import dev.glimpse.encode.onnx.ClipShapedModel.Variant;
import dev.glimpse.train.onnx.OnnxGraph;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The two networks of a {@link ClipShapedModel}: a vision transformer (Dosovitskiy et al. 2020, arXiv:2010.11929) and a
 * text transformer as CLIP has them (Radford et al. 2021, arXiv:2103.00020): a norm before each branch, QuickGELU, a
 * projection without bias. Unlike CLIP's, the text transformer has no causal mask, which changes no cost.
 *
 * <p>The layers of a tower share one layer's weights, so that its file is small. Each has nodes of its own, whose input
 * is the layer before, so that ONNX Runtime can neither fold nor merge them: the work is that of all layers. Only the
 * weights are found in a cache more often: at ViT-B/32's sizes, on one thread, 12 tokens take about 0.7 times as long
 * as with weights of each layer's own; a picture takes as long.
 *
 * <p>Shapes in comments: {@code n} rows, {@code s} tokens, {@code w} the width, {@code h} heads.
 */
final class ClipTowers {

    private static final int PADDING = 0;
    private static final float MASKED = -10_000;

    /** Of queries and keys: scores differ enough for attention to choose between tokens. */
    private static final double SHARP = 1.5;

    private static final List<Long> TOKENS_BY_WIDTH = List.of(0L, 2L, 1L, 3L);
    private static final List<Long> WIDTH_BY_TOKENS = List.of(0L, 2L, 3L, 1L);

    private final OnnxGraph graph;
    private final SplittableRandom random;
    private final Transformer sizes;
    private final int width;

    private ClipTowers(OnnxGraph graph, Transformer sizes, long seed) {
        this.graph = graph;
        this.random = new SplittableRandom(seed);
        this.sizes = sizes;
        this.width = sizes.width();
    }

    /** {@code [n, 3, size, size]} to {@code [n, dimension]}: the class token's embedding. */
    static OnnxGraph vision(Sizes sizes, Variant variant, long seed) {
        OnnxGraph graph = new OnnxGraph("vision");
        ClipTowers tower = new ClipTowers(graph, sizes.vision(), seed);
        String side = String.valueOf(sizes.imageSize());
        String pixels = graph.input(variant.pixels(), FLOAT, "n", "3", side, side);
        String tokens = tower.norm("pre", tower.cells(pixels, sizes));
        String encoded = tower.norm("post", tower.pooled(tower.transform(tokens, null), variant));
        String embeddings = tower.project(encoded, sizes.dimension());
        String dimension = String.valueOf(sizes.dimension());
        String[] shape =
                variant == Variant.NOT_POOLED ? new String[] {"n", "cells", dimension} : new String[] {"n", dimension};
        graph.output(variant.imageEmbeddings(), embeddings, shape);
        return graph;
    }

    /** {@code [n, s]} twice to {@code [n, dimension]}: the embedding of the last token that is no padding. */
    static OnnxGraph text(Sizes sizes, Variant variant, long seed) {
        OnnxGraph graph = new OnnxGraph("text");
        ClipTowers tower = new ClipTowers(graph, sizes.text(), seed);
        String ids = graph.input("input_ids", INT64, "n", "s");
        String mask = tower.attentionMask(ids, variant);
        String encoded = tower.transform(tower.words(ids, sizes), tower.scoresOfPadding(mask));
        int dimension = variant == Variant.TWO_DIMENSIONS ? sizes.dimension() / 2 : sizes.dimension();
        String embeddings = tower.project(tower.lastToken(tower.norm("post", encoded), mask), dimension);
        graph.output(variant.textEmbeddings(), embeddings, "n", String.valueOf(dimension));
        return graph;
    }

    /** {@code [n, 1 + cells, w]}: the class token and the patches, with their positions. */
    private String cells(String pixels, Sizes sizes) {
        int patch = sizes.patch();
        List<Long> square = List.of((long) patch, (long) patch);
        String kernel = weights("patch", 0, 1 / Math.sqrt(3 * patch * patch), width, 3, patch, patch);
        String grid = graph.node(
                "Conv", List.of(attribute("kernel_shape", square), attribute("strides", square)), pixels, kernel);
        String patches = transpose(graph.node("Reshape", grid, graph.list(0, width, -1)), List.of(0L, 2L, 1L));
        String count = graph.node("Shape", List.of(attribute("start", 0), attribute("end", 1)), pixels);
        String shape = graph.node("Concat", List.of(attribute("axis", 0)), count, graph.list(1, width));
        String classToken = graph.node("Expand", weights("class", 0, 0.5, 1, 1, width), shape);
        String tokens = graph.node("Concat", List.of(attribute("axis", 1)), classToken, patches);
        return graph.node("Add", tokens, weights("positions", 0, 0.3, 1 + sizes.cells(), width));
    }

    /** {@code [n, 1 + cells, w]} to {@code [n, w]}: the class token; or to the same. */
    private String pooled(String cells, Variant variant) {
        return variant == Variant.NOT_POOLED
                ? cells
                : graph.node("Gather", List.of(attribute("axis", 1)), cells, graph.index(0));
    }

    /** {@code [n, s, w]}: the tokens, with their positions. */
    private String words(String ids, Sizes sizes) {
        String tokens = graph.node("Gather", weights("tokens", 0, 1, sizes.vocabulary(), width), ids);
        String length = graph.node("Shape", List.of(attribute("start", 1), attribute("end", 2)), ids);
        String positions = weights("positions", 0, 0.5, sizes.context(), width);
        return graph.node("Add", tokens, graph.node("Slice", positions, graph.list(0), length, graph.list(0)));
    }

    /** {@code [n, s]} int64: 1, and 0 where there is padding. */
    private String attentionMask(String ids, Variant variant) {
        if (variant == Variant.TOKEN_TYPES_WANTED) {
            graph.input("token_type_ids", INT64, "n", "s");
        }
        if (variant != Variant.SIGLIP_NAMES) {
            return graph.input("attention_mask", INT64, "n", "s");
        }
        String padding = graph.node("Equal", ids, graph.index(PADDING));
        return graph.node("Cast", List.of(attribute("to", INT64.getNumber())), graph.node("Not", padding));
    }

    /** {@code [n, 1, 1, s]}: what is added to the scores of attention. */
    private String scoresOfPadding(String mask) {
        String present = graph.node("Cast", List.of(attribute("to", FLOAT.getNumber())), mask);
        String absent = graph.node("Sub", graph.number(1), present);
        return graph.node("Unsqueeze", graph.node("Mul", absent, graph.number(MASKED)), graph.list(1, 2));
    }

    /** {@code [n, s, w]} to {@code [n, w]}. */
    private String lastToken(String tokens, String mask) {
        String length = graph.node("ReduceSum", mask, graph.list(1));
        String last = graph.node("Sub", length, graph.index(1));
        return graph.node("GatherND", List.of(attribute("batch_dims", 1)), tokens, last);
    }

    /** @param added to the scores of attention, or null */
    private String transform(String tokens, @Nullable String added) {
        String x = tokens;
        for (int layer = 0; layer < sizes.layers(); layer++) {
            x = graph.node("Add", x, attention(norm("attention", x), added));
            x = graph.node("Add", x, perceptron(norm("perceptron", x)));
        }
        return x;
    }

    /** {@code [n, s, w]} to the same, by scores {@code [n, h, s, s]}. */
    private String attention(String x, @Nullable String added) {
        String queries = heads(linear("query", x, SHARP, width, width), TOKENS_BY_WIDTH);
        String keys = heads(linear("key", x, SHARP, width, width), WIDTH_BY_TOKENS);
        String values = heads(linear("value", x, 1, width, width), TOKENS_BY_WIDTH);
        String scaled = graph.node("Mul", queries, graph.number((float) Math.sqrt((double) sizes.heads() / width)));
        String scores = graph.node("MatMul", scaled, keys);
        String masked = added == null ? scores : graph.node("Add", scores, added);
        String shares = graph.node("Softmax", List.of(attribute("axis", -1)), masked);
        String gathered = transpose(graph.node("MatMul", shares, values), TOKENS_BY_WIDTH);
        return linear("out", graph.node("Reshape", gathered, graph.list(0, 0, width)), 1, width, width);
    }

    /** {@code [n, s, w]} to {@code [n, h, s, w / h]} or {@code [n, h, w / h, s]}. */
    private String heads(String x, List<Long> order) {
        int heads = sizes.heads();
        return transpose(graph.node("Reshape", x, graph.list(0, 0, heads, width / heads)), order);
    }

    /** Widens four times, and back; between them QuickGELU, {@code x * sigmoid(1.702 * x)}. */
    private String perceptron(String x) {
        String wide = linear("widen", x, 1, width, 4 * width);
        String gate = graph.node("Sigmoid", graph.node("Mul", wide, graph.number(1.702f)));
        return linear("narrow", graph.node("Mul", wide, gate), 1, 4 * width, width);
    }

    private String linear(String name, String x, double gain, int from, int to) {
        String weights = weights(name + " weights", 0, gain / Math.sqrt(from), from, to);
        return graph.node("Add", graph.node("MatMul", x, weights), weights(name + " bias", 0, 0.02, to));
    }

    private String norm(String name, String x) {
        String scale = weights(name + " scale", 1, 0.1, width);
        String shift = weights(name + " shift", 0, 0.02, width);
        return graph.node(
                "LayerNormalization", List.of(attribute("axis", -1), attribute("epsilon", 1e-5f)), x, scale, shift);
    }

    private String project(String x, int dimension) {
        return graph.node("MatMul", x, weights("projection", 0, 1 / Math.sqrt(width), width, dimension));
    }

    private String transpose(String x, List<Long> order) {
        return graph.node("Transpose", List.of(attribute("perm", order)), x);
    }

    /**
     * Random weights, drawn where the name is new; else those that it has: so layers share them.
     *
     * @param mean   of the uniform distribution
     * @param spread its standard deviation
     */
    private String weights(String name, double mean, double spread, long... shape) {
        if (graph.has(name)) {
            return name;
        }
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        double reach = Math.sqrt(3) * spread;
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + reach * (2 * random.nextDouble() - 1));
        }
        return graph.weights(name, values, shape);
    }
}
