package dev.glimpse.performance;

import dev.glimpse.FreshData;
import dev.glimpse.PackagedService;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.onnx.ClipShapedModel;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.index.lucene.BenchmarkOptions;
import dev.glimpse.index.lucene.ClusteredVectors;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A packaged service with very many items: a generator writes its embeddings topic directly. How fast its view is built, what it
 * takes on disk and in memory, how long queries take from request to final answer, what they find against a scan, and how soon
 * the service is ready again.
 */
public final class ScaleLoad {

    private static final int CLUSTER = 100;
    private static final int CHECKED = 1000;
    private static final int QUERIES = 2000;
    private static final int COMPARED = 100;
    private static final int K = 10;
    private static final Pattern ITEMS = Pattern.compile("\"items\":(\\d+)");
    private static final Pattern HIT = Pattern.compile("\"id\":\"(\\d+)\"");

    private final Path folder;
    private final int count;
    private final int dimension;
    private final String heap;
    private final String[] properties;
    private final SplittableRandom random = new SplittableRandom(3);

    private ScaleLoad(Path folder, int count, int dimension, String heap, String[] properties) {
        this.folder = folder;
        this.count = count;
        this.dimension = dimension;
        this.heap = heap;
        this.properties = properties;
    }

    /** Options: {@code folder=} (kept), {@code count=}, {@code dimension=}, {@code heap=}, {@code built=true} where the folder holds a run's data, and {@code glimpse.…=} of the service. */
    public static void main(String[] args) throws Exception {
        BenchmarkOptions options = new BenchmarkOptions(args);
        Path folder = Path.of(options.text("folder", "target/scale")).toAbsolutePath();
        Files.createDirectories(folder);
        boolean built = options.text("built", "false").equals("true");
        if (!built) {
            FreshData.delete(folder);
            Files.createDirectories(folder);
        }
        int dimension = options.number("dimension", 512);
        Path tokenizer = Files.write(
                folder.resolve("tokenizer.json"),
                ScaleLoad.class
                        .getResourceAsStream("/models/glimpse-small/tokenizer.json")
                        .readAllBytes());
        ClipShapedModel.Sizes tiny = ClipShapedModel.Sizes.tiny();
        Path model = ClipShapedModel.write(
                folder.resolve("model"),
                new ClipShapedModel.Sizes(
                        tiny.imageSize(),
                        tiny.patch(),
                        tiny.vision(),
                        tiny.text(),
                        tiny.vocabulary(),
                        tiny.context(),
                        dimension),
                1,
                tokenizer);
        String[] properties = Stream.concat(
                        Stream.of("glimpse.encode.model=" + model),
                        Arrays.stream(args).filter(arg -> arg.startsWith("glimpse.")))
                .toArray(String[]::new);
        new ScaleLoad(folder, options.number("count", 1_000_000), dimension, options.text("heap", "1g"), properties)
                .run(model, built);
        System.exit(0);
    }

    private void run(Path model, boolean built) throws Exception {
        EmbeddingSpace space;
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("plain"), 1)) {
            space = encoder.space();
        }
        try (PackagedService service = PackagedService.withHeap(heap, folder, properties)) {
            service.awaitReady(Duration.ofMinutes(2));
            if (!built) {
                build(service, space);
            }
            service.awaitQuiet();
            queries(service);
            service.stop();
            System.out.printf(
                    "on disk: view %d MB (%.0f bytes an item), broker %d MB%n",
                    size(folder.resolve("data/index")) >> 20,
                    (double) size(folder.resolve("data/index")) / count,
                    size(folder.resolve("data/kafka")) >> 20);
            restart(service, properties);
            queries(service);
            List<Set<String>> approximate = answers(service);
            service.stop();
            restart(
                    service,
                    Stream.concat(Arrays.stream(properties), Stream.of("glimpse.index.exact-below=" + count))
                            .toArray(String[]::new));
            List<Set<String>> exact = answers(service);
            int found = 0;
            for (int i = 0; i < COMPARED; i++) {
                approximate.get(i).retainAll(exact.get(i));
                found += approximate.get(i).size();
            }
            System.out.printf("recall@%d of %d queries: %.4f%n", K, COMPARED, (double) found / (K * COMPARED));
        }
    }

    private void build(PackagedService service, EmbeddingSpace space) throws Exception {
        long began = System.nanoTime();
        write(service, space);
        System.out.printf("%d x %d: written in %.0f s%n", count, dimension, secondsSince(began));
        awaitItems(service, began);
        System.out.printf("all visible after %.0f s: %.0f items/s%n", secondsSince(began), count / secondsSince(began));
        System.out.print("while graphs are merged, ");
        queries(service);
    }

    private void restart(PackagedService service, String... with) throws IOException {
        long started = System.nanoTime();
        service.restart(with);
        service.awaitReady(Duration.ofMinutes(10));
        double ready = secondsSince(started);
        long began = System.nanoTime();
        ask(service, 0);
        System.out.printf(
                "restart: ready after %.1f s, its first query took %.0f ms%n", ready, 1000 * secondsSince(began));
    }

    private void write(PackagedService service, EmbeddingSpace space) throws Exception {
        EmbeddingCodec codec = new EmbeddingCodec(new Namespace("glimpse"), space);
        ClusteredVectors vectors = new ClusteredVectors(space, Math.max(1, count / CLUSTER), 42);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        service.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        20),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                Future<RecordMetadata> sent = producer.send(codec.write(new EmbeddingRecord.Embedded(
                        new ItemId(Kind.IMAGE, Integer.toString(i)),
                        vectors.in(vectors.any(vectors.clusters())),
                        ContentDigest.of(new byte[] {1}),
                        null,
                        Metadata.NONE,
                        null,
                        new SourceStamp("glimpse.images", "generated", new Position(Kind.IMAGE, 0, i)))));
                if (i % CHECKED == 0) {
                    sent.get();
                }
            }
        }
    }

    private void awaitItems(PackagedService service, long began) throws IOException {
        int step = Math.max(1, count / 10);
        int next = step;
        while (true) {
            Matcher items = ITEMS.matcher(ask(service, 0));
            int visible = items.find() ? Integer.parseInt(items.group(1)) : 0;
            if (visible >= next) {
                System.out.printf("%d visible after %.0f s, %s%n", visible, secondsSince(began), memory(service));
                next = visible / step * step + step;
            }
            if (visible >= count) {
                return;
            }
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private void queries(PackagedService service) throws IOException {
        double[] times = new double[QUERIES];
        for (int i = -QUERIES; i < QUERIES; i++) {
            int like = random.nextInt(count);
            long began = System.nanoTime();
            ask(service, like);
            times[Math.max(i, 0)] = 1000 * secondsSince(began);
        }
        Arrays.sort(times);
        System.out.printf(
                "queries one at a time, at the client: p50 %.2f ms, p99 %.2f ms; %s%n",
                times[QUERIES / 2], times[QUERIES * 99 / 100], memory(service));
    }

    private List<Set<String>> answers(PackagedService service) throws IOException {
        List<Set<String>> answers = new ArrayList<>();
        for (int i = 0; i < COMPARED; i++) {
            Matcher hits = HIT.matcher(ask(service, i * (count / COMPARED)));
            answers.add(hits.results().map(hit -> hit.group(1)).collect(Collectors.toCollection(HashSet::new)));
        }
        return answers;
    }

    private static String ask(PackagedService service, int like) throws IOException {
        return service.send(
                        HttpRequest.newBuilder(service.at("/search?timeout=60s&k=%d&like=image/%d".formatted(K, like)))
                                .header("Accept", "application/json"))
                .body();
    }

    /** Of the service's process: what lies on its heap and in its own memory, and what of its mapped files is in memory. */
    private static String memory(PackagedService service) throws IOException {
        Map<String, Long> kilobytes = Files.readAllLines(Path.of("/proc/%d/status".formatted(service.pid()))).stream()
                .filter(line -> line.startsWith("Rss"))
                .map(line -> line.split("\\s+"))
                .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
        return "resident: %d MB of its own, %d MB of mapped files"
                .formatted(kilobytes.getOrDefault("RssAnon:", 0L) >> 10, kilobytes.getOrDefault("RssFile:", 0L) >> 10);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static double secondsSince(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
