package dev.glimpse.performance;

import static org.awaitility.Awaitility.await;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.PackagedService;
import dev.glimpse.demo.EmojiCorpus;
import dev.glimpse.encode.onnx.ClipShapedModel;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How soon an answer's first hit leaves, and its last, beside the time to encode the query's text: with the bundled model, whose
 * text network is preceded in the same call by one of CLIP ViT-B/32's size with random weights, whose output counts for nothing and
 * costs what it costs. On the demo's pictures with their names as captions, and on captioned scenes. Arguments:
 * {@code scenes=100000 queries=400}.
 */
public final class GlimpseLoad {

    private static final List<String> FILES = List.of(
            "config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "onnx/vision_model.onnx",
            "onnx/text_model.onnx");
    private static final String TEXT = "onnx/text_model.onnx";
    private static final Set<String> SHARED = Set.of("input_ids", "attention_mask", "");
    private static final Duration PATIENCE = Duration.ofMinutes(40);
    private static final int BATCH = 2000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** So long the service's quantiles tell of what was. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(150);

    private static final List<String> RANKS = List.of("vector", "hybrid");

    private final int queries;
    private int asked;

    private GlimpseLoad(int queries) {
        this.queries = queries;
    }

    /** Something that is shown and said. */
    private record Captioned(String id, byte[] picture, String caption) {}

    /** Runs all of it. */
    public static void main(String[] args) throws Exception {
        Map<String, Integer> options = new HashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            options.put(pair[0], Integer.parseInt(pair[1]));
        }
        Path folder = Files.createTempDirectory("glimpse-first-");
        try {
            Path model = slowedModel(folder);
            GlimpseLoad load = new GlimpseLoad(options.getOrDefault("queries", 400));
            List<Captioned> emoji = EmojiCorpus.read().stream()
                    .map(one -> new Captioned(one.id(), one.svg().getBytes(StandardCharsets.UTF_8), one.name()))
                    .toList();
            load.measure(
                    "the demo's pictures",
                    Files.createDirectory(folder.resolve("demo")),
                    model,
                    emoji.stream(),
                    emoji.size());
            int scenes = options.getOrDefault("scenes", 100_000);
            SceneGenerator generator = new SceneGenerator(Domain.WIDE, 7);
            SceneRenderer renderer = new SceneRenderer();
            PlainWording wording = new PlainWording();
            load.measure(
                    "scenes",
                    Files.createDirectory(folder.resolve("scenes")),
                    model,
                    Stream.iterate(0, n -> n < scenes, n -> n + 1).map(n -> {
                        Scene scene = generator.scene(n);
                        return new Captioned("scene-" + n, renderer.png(scene), wording.caption(scene.statement()));
                    }),
                    scenes);
        } finally {
            FreshData.delete(folder);
        }
    }

    private void measure(String name, Path folder, Path model, Stream<Captioned> items, int count) throws Exception {
        try (PackagedService service = PackagedService.withHeap(
                "2g", folder, "glimpse.encode.model=" + model, "glimpse.encode.model-name=slowed")) {
            service.awaitReady(PATIENCE);
            List<String> captions = publish(service, items);
            awaitItems(service, count);
            Collections.shuffle(captions, new Random(3));
            System.out.printf("%s: %d items, %d unlike captions%n", name, count, captions.size());
            asked = 0;
            for (String rank : RANKS) {
                List<String> texts = texts(captions);
                askAll(service, texts, rank);
                askAllByVector(service, texts, rank);
            }
            // What was only to warm up.
            Thread.sleep(FORGOTTEN);
            for (String rank : RANKS) {
                List<String> texts = texts(captions);
                System.out.printf(
                        Locale.ROOT,
                        "  %s: encoding %s%n    first hit that stood in the final ranking: %s; final: %s%n",
                        rank,
                        askAll(service, texts, rank),
                        quantiles(service, "first", rank, "text"),
                        quantiles(service, "final", rank, "text"));
                askAllByVector(service, texts, rank);
                System.out.printf(
                        "    the search alone, by vector: final: %s%n", quantiles(service, "final", rank, "vector"));
            }
        }
    }

    /** What was asked for before is encoded no more: a mark that no tokenizer of words sees keeps texts apart. */
    private List<String> texts(List<String> captions) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < queries; i++, asked++) {
            texts.add(captions.get(asked % captions.size()) + " .".repeat(asked / captions.size()));
        }
        return texts;
    }

    /** How long encoding took. */
    private static Latencies askAll(PackagedService service, List<String> texts, String rank) throws IOException {
        Latencies encoding = new Latencies();
        for (String text : texts) {
            ask(service, "text=" + encoded(text) + "&rank=" + rank, encoding);
        }
        return encoding;
    }

    private static void askAllByVector(PackagedService service, List<String> texts, String rank) throws IOException {
        for (String text : texts) {
            ask(service, vector(service, text, rank), new Latencies());
        }
    }

    /** The same query with the text's vector, which a composition of it alone tells. */
    private static String vector(PackagedService service, String text, String rank) throws IOException {
        String body = JSON.createObjectNode()
                .set("parts", JSON.createArrayNode().add(JSON.createObjectNode().put("text", text)))
                .toString();
        JsonNode query = JSON.readTree(service.send(HttpRequest.newBuilder(service.at("/search"))
                                .header("Content-Type", "application/json")
                                .header("Accept", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body)))
                        .body())
                .get("query");
        return "vector=" + query.get("vector").textValue() + "&space="
                + query.get("space").textValue() + "&rank=" + rank
                + (rank.equals("hybrid") ? "&words=" + encoded(text) : "");
    }

    private static JsonNode document(PackagedService service, String query) throws IOException {
        return JSON.readTree(service.send(HttpRequest.newBuilder(service.at("/search?k=1&" + query))
                        .header("Accept", "application/json"))
                .body());
    }

    /** Reads a stream to its end. */
    private static void ask(PackagedService service, String query, Latencies encoding) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) service.at("/search?k=20&" + query).toURL().openConnection();
        connection.setRequestProperty("Accept", "text/event-stream");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:{\"name\":\"encode\"")) {
                    encoding.add(
                            (long) (JSON.readTree(line.substring(5)).get("ms").doubleValue() * 1e6));
                }
            }
        }
    }

    private static List<String> publish(PackagedService service, Stream<Captioned> items) throws Exception {
        Set<String> captions = new HashSet<>();
        try (OutsideProducer producer = new OutsideProducer(service.bootstrapServers())) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (Captioned item : (Iterable<Captioned>) items::iterator) {
                captions.add(item.caption());
                records.add(OutsideProducer.record(
                        "glimpse.images",
                        item.id().getBytes(StandardCharsets.UTF_8),
                        item.picture(),
                        "glimpse-caption",
                        item.caption()));
                if (records.size() == BATCH) {
                    producer.sendAll("glimpse.images", records);
                    records.clear();
                }
            }
            producer.sendAll("glimpse.images", records);
        }
        return new ArrayList<>(captions.stream().sorted().toList());
    }

    private static void awaitItems(PackagedService service, int count) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> document(service, "text=a").at("/final/items").intValue() >= count);
        service.awaitQuiet();
    }

    private static String quantiles(PackagedService service, String what, String rank, String subject)
            throws IOException {
        List<String> lines = service.get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("glimpse_query_%s_seconds{".formatted(what))
                        && line.contains("rank=\"%s\"".formatted(rank))
                        && line.contains("subject=\"%s\"".formatted(subject)))
                .toList();
        return "median %.2f ms, p99 %.2f ms".formatted(quantile(lines, "0.5"), quantile(lines, "0.99"));
    }

    private static double quantile(List<String> lines, String quantile) {
        return lines.stream()
                .filter(line -> line.contains("quantile=\"%s\"".formatted(quantile)))
                .mapToDouble(line -> 1000 * Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The bundled model with CLIP's text network in front of its own. */
    private static Path slowedModel(Path folder) throws IOException {
        Path model = folder.resolve("model");
        for (String file : FILES) {
            Path to = model.resolve(file);
            Files.createDirectories(Objects.requireNonNull(to.getParent()));
            try (InputStream from = GlimpseLoad.class.getResourceAsStream("/models/glimpse-small/" + file)) {
                Files.copy(Objects.requireNonNull(from), to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path clip = ClipShapedModel.write(
                folder.resolve("clip"), ClipShapedModel.Sizes.vitB32(), 1, model.resolve("tokenizer.json"));
        ModelProto slow = ModelProto.parseFrom(Files.readAllBytes(clip.resolve(TEXT)));
        ModelProto own = ModelProto.parseFrom(Files.readAllBytes(model.resolve(TEXT)));
        Files.write(model.resolve(TEXT), joined(slow, own).toByteArray());
        return model;
    }

    private static ModelProto joined(ModelProto slow, ModelProto own) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("slowed")
                .addAllInput(own.getGraph().getInputList())
                .addAllInitializer(own.getGraph().getInitializerList());
        for (TensorProto weight : slow.getGraph().getInitializerList()) {
            graph.addInitializer(weight.toBuilder().setName(theirs(weight.getName())));
        }
        for (NodeProto node : slow.getGraph().getNodeList()) {
            graph.addNode(node.toBuilder()
                    .clearInput()
                    .addAllInput(node.getInputList().stream()
                            .map(GlimpseLoad::theirs)
                            .toList())
                    .clearOutput()
                    .addAllOutput(node.getOutputList().stream()
                            .map(GlimpseLoad::theirs)
                            .toList())
                    .setName(theirs(node.getName())));
        }
        // Theirs, times nothing: the runtime does not know that this is nothing.
        graph.addNode(node("ReduceMean", "nothing/mean", "clip/text_embeds")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axes")
                        .setType(AttributeProto.AttributeType.INTS)
                        .addInts(1))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("keepdims")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(1)));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("nothing/zero")
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addFloatData(0));
        graph.addNode(node("Mul", "nothing", "nothing/mean", "nothing/zero"));
        for (NodeProto node : own.getGraph().getNodeList()) {
            graph.addNode(node.toBuilder()
                    .clearOutput()
                    .addAllOutput(node.getOutputList().stream()
                            .map(output -> output.equals("text_embeds") ? "own/text_embeds" : output)
                            .toList()));
        }
        graph.addNode(node("Add", "text_embeds", "own/text_embeds", "nothing"));
        graph.addAllOutput(own.getGraph().getOutputList());
        return own.toBuilder().setGraph(graph).build();
    }

    private static NodeProto.Builder node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    private static String theirs(String name) {
        return SHARED.contains(name) ? name : "clip/" + name;
    }
}
