package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.train.network.RerankerNetwork;
import dev.glimpse.train.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes a model as it is served: in the Hugging Face ONNX layout. */
final class ModelWriter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelWriter() {}

    /**
     * What is written beside the two networks, and how.
     *
     * @param reranker  or null for none
     * @param quantized whether tables of tokens are written as int8, and other matrices of the text network and the reranker as float16
     */
    record Output(@Nullable RerankerNetwork reranker, boolean quantized) {}

    /** @param folder made, and written over */
    static void write(Path folder, ImageBranch image, TextBranch text, Weights weights, Output output, int dimension)
            throws IOException {
        Files.createDirectories(folder.resolve("onnx"));
        RerankerNetwork reranker = output.reranker();
        image.export(weights, reranker != null).write(folder.resolve("onnx/vision_model.onnx"));
        text.export(weights, output.quantized()).write(folder.resolve("onnx/text_model.onnx"));
        Path ranker = folder.resolve("onnx/reranker.onnx");
        if (reranker == null) {
            Files.deleteIfExists(ranker);
        } else {
            text.export(reranker, weights, output.quantized()).write(ranker);
        }
        text.writeTokenizer(folder.resolve("tokenizer.json"));
        write(folder.resolve("config.json"), config(image, text, dimension));
        // A backbone's graph begins with levels from 0 to 255, and says itself what becomes of them.
        write(
                folder.resolve("preprocessor_config.json"),
                preprocessor(image.size(), image instanceof ImageBranch.Whole));
    }

    private static ObjectNode config(ImageBranch image, TextBranch text, int dimension) {
        ObjectNode config = JSON.createObjectNode().put("model_type", "clip");
        config.putArray("architectures").add("CLIPModel");
        config.put("projection_dim", dimension);
        config.putObject("text_config").put("max_position_embeddings", text.length());
        config.putObject("vision_config").put("image_size", image.size());
        return config;
    }

    private static ObjectNode preprocessor(int size, boolean scaled) {
        ObjectNode config = JSON.createObjectNode().put("image_processor_type", "CLIPImageProcessor");
        config.put("do_convert_rgb", true).put("do_resize", true).put("resample", 3);
        config.putObject("size").put("shortest_edge", size);
        config.put("do_center_crop", true);
        config.putObject("crop_size").put("height", size).put("width", size);
        config.put("do_rescale", scaled).put("rescale_factor", 1 / 255.0).put("do_normalize", scaled);
        config.putArray("image_mean").add(0.5).add(0.5).add(0.5);
        config.putArray("image_std").add(0.5).add(0.5).add(0.5);
        return config;
    }

    private static void write(Path file, ObjectNode json) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }
}
