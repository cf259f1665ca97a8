package dev.glimpse.train;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.OnnxOperators;
import dev.glimpse.train.network.TextNetwork;
import dev.glimpse.train.network.Weights;
import dev.glimpse.train.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a model as it is served: in the Hugging Face ONNX layout. */
final class ModelWriter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelWriter() {}

    /** @param folder made, and written over */
    static void write(Path folder, ImageNetwork image, TextNetwork text, Weights weights, BytePairs tokens)
            throws IOException {
        Files.createDirectories(folder.resolve("onnx"));
        vision(image, weights).write(folder.resolve("onnx/vision_model.onnx"));
        text(text, image.dimension(), weights).write(folder.resolve("onnx/text_model.onnx"));
        tokens.write(folder.resolve("tokenizer.json"), text.length());
        write(folder.resolve("config.json"), config(image, text));
        write(folder.resolve("preprocessor_config.json"), preprocessor(image.size()));
    }

    private static OnnxGraph vision(ImageNetwork network, Weights weights) {
        OnnxGraph graph = new OnnxGraph("vision");
        String side = String.valueOf(network.size());
        String dimension = String.valueOf(network.dimension());
        String pixels = graph.input("pixel_values", DataType.FLOAT, "n", "3", side, side);
        ImageNetwork.Output<String> output = network.apply(new OnnxOperators(graph, weights), pixels);
        graph.output("image_embeds", output.embeddings(), "n", dimension);
        String cells = String.valueOf(network.side() * network.side());
        graph.output("region_embeds", output.regions(), "n", cells, dimension);
        return graph;
    }

    private static OnnxGraph text(TextNetwork network, int dimension, Weights weights) {
        OnnxGraph graph = new OnnxGraph("text");
        String ids = graph.input("input_ids", DataType.INT64, "n", "s");
        String mask = graph.input("attention_mask", DataType.INT64, "n", "s");
        String embeddings = network.apply(new OnnxOperators(graph, weights), ids, mask);
        graph.output("text_embeds", embeddings, "n", String.valueOf(dimension));
        return graph;
    }

    private static ObjectNode config(ImageNetwork image, TextNetwork text) {
        ObjectNode config = JSON.createObjectNode().put("model_type", "clip");
        config.putArray("architectures").add("CLIPModel");
        config.put("projection_dim", image.dimension());
        config.putObject("text_config")
                .put("max_position_embeddings", text.length())
                .put("vocab_size", text.vocabulary())
                .put("pad_token_id", 0)
                .put("bos_token_id", 2)
                .put("eos_token_id", 3);
        config.putObject("vision_config").put("image_size", image.size());
        return config;
    }

    private static ObjectNode preprocessor(int size) {
        ObjectNode config = JSON.createObjectNode().put("image_processor_type", "CLIPImageProcessor");
        config.put("do_convert_rgb", true).put("do_resize", true).put("resample", 3);
        config.putObject("size").put("shortest_edge", size);
        config.put("do_center_crop", true);
        config.putObject("crop_size").put("height", size).put("width", size);
        config.put("do_rescale", true).put("rescale_factor", 1 / 255.0).put("do_normalize", true);
        config.putArray("image_mean").add(0.5).add(0.5).add(0.5);
        config.putArray("image_std").add(0.5).add(0.5).add(0.5);
        return config;
    }

    private static void write(Path file, ObjectNode json) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }
}
