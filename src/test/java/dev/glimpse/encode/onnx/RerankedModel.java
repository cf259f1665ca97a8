package dev.glimpse.encode.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The bundled model, which also gives its embedding as features, and a reranker beside it that looks at the first of them
 * and at no text.
 */
public final class RerankedModel {

    private RerankedModel() {}

    /**
     * Writes it.
     *
     * @param factor the match is the logistic function of that times the first feature
     */
    public static Path write(Path model, float factor) throws IOException {
        Path bundled = Path.of("src/main/resources/models/glimpse-small");
        Files.createDirectories(model.resolve("onnx"));
        try (Stream<Path> files = Files.walk(bundled)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = model.resolve(bundled.relativize(file).toString());
                Files.deleteIfExists(copy);
                Files.copy(file, copy);
            }
        }
        OnnxGraph vision = OnnxGraph.read(bundled.resolve("onnx/vision_model.onnx"));
        vision.output("image_features", "image_embeds", "n", "192");
        vision.write(model.resolve("onnx/vision_model.onnx"));
        OnnxGraph reranker = new OnnxGraph("reranker");
        String features = reranker.input("image_features", DataType.FLOAT, "n", "192");
        reranker.input("input_ids", DataType.INT64, "m", "s");
        reranker.input("attention_mask", DataType.INT64, "m", "s");
        String first = reranker.node("Gather", List.of(OnnxGraph.attribute("axis", 1)), features, reranker.list(0));
        String logit = reranker.node("Mul", first, reranker.number(factor));
        reranker.output("match", reranker.node("Sigmoid", logit), "n", "1");
        reranker.write(model.resolve("onnx/reranker.onnx"));
        return model;
    }
}
