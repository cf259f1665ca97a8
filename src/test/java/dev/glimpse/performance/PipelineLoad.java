package dev.glimpse.performance;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.PackagedService;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.onnx.ClipShapedModel;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.item.Content;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.caption.PlainWording;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The whole pipeline against the raw model, in one run: pictures and texts from an outside producer to their visibility in the
 * packaged service, and the same ones decoded, prepared and encoded by a plain loop with the same batch size, threads and model. Then how long a record takes to become visible, and a query to its first and its last event.
 */
public final class PipelineLoad {

    private static final int BATCH = 8;
    private static final int THREADS = 2;
    private static final int CLIP_IMAGES = 960;
    private static final int BUNDLED_IMAGES = 1500;
    private static final int WARM_UP_IMAGES = 640;
    private static final int CLIP_TEXTS = 3000;
    private static final int WARM_UP_TEXTS = 2000;
    private static final String CLIP = "CLIP-ViT-B/32-shaped";
    private static final int PROBES = 300;
    private static final int WARM_UP = 100;
    private static final String BUNDLED = "classpath:models/glimpse-small";

    private final Path folder;

    private PipelineLoad(Path folder) {
        this.folder = folder;
    }

    /** Runs all of it; takes some five minutes. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("glimpse-load-");
        try {
            PipelineLoad load = new PipelineLoad(folder);
            Path tokenizer = Files.write(
                    folder.resolve("tokenizer.json"),
                    PipelineLoad.class
                            .getResourceAsStream("/models/glimpse-small/tokenizer.json")
                            .readAllBytes());
            Path clip = ClipShapedModel.write(
                    folder.resolve("clip-vit-b-32"), ClipShapedModel.Sizes.vitB32(), 1, tokenizer);
            load.throughput(CLIP, clip.toString(), pictures(CLIP_IMAGES));
            load.throughput(CLIP, clip.toString(), texts(CLIP_TEXTS));
            load.throughput("bundled", BUNDLED, pictures(BUNDLED_IMAGES));
            load.latencies();
        } finally {
            FreshData.delete(folder);
        }
        System.exit(0);
    }

    /**
     * What is encoded.
     *
     * @param name   of the items, in the plural
     * @param topic  to which they are sent
     * @param warmUp contents that come before and do not count
     * @param encode a batch of contents, by the encoder itself
     */
    private record Work(String name, String topic, List<byte[]> warmUp, List<byte[]> contents, Encode encode) {}

    @FunctionalInterface
    private interface Encode {
        void batch(Encoder encoder, List<byte[]> contents) throws Exception;
    }

    private static Work pictures(int count) throws IOException {
        return new Work(
                "JPEGs of 640 x 480",
                "glimpse.images",
                pictures(WARM_UP_IMAGES, 1_000_000),
                pictures(count, 0),
                (encoder, contents) -> {
                    ImageDecoder decoder = new ImageDecoder(50_000_000, encoder.drawingSize());
                    try (ImageBatch images = encoder.newImageBatch(BATCH)) {
                        for (byte[] picture : contents) {
                            images.add(decoder.decode(new Content.Picture(picture, null)));
                        }
                        images.encode();
                    }
                });
    }

    /** Captions of scenes, each another. */
    private static Work texts(int count) {
        return new Work(
                "captions of scenes",
                "glimpse.texts",
                captions(WARM_UP_TEXTS, 1_000_000),
                captions(count, 0),
                (encoder, contents) -> encoder.encodeTexts(contents.stream()
                        .map(text -> new String(text, StandardCharsets.UTF_8))
                        .toList()));
    }

    private static List<byte[]> captions(int count, int from) {
        SceneGenerator generator = new SceneGenerator(Domain.WIDE, 7);
        PlainWording wording = new PlainWording();
        return IntStream.range(from, from + count)
                .mapToObj(n ->
                        "%d: %s".formatted(n, wording.caption(generator.scene(n).statement())))
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private void throughput(String name, String model, Work work) throws Exception {
        int count = work.contents().size();
        double plain = count / plainLoop(model, work);
        double pipeline = count / throughPipeline(model, work);
        System.out.printf(
                "%s, %d %s, batch %d, %d threads: plain loop %.1f/s, pipeline %.1f/s, ratio %.3f%n",
                name, count, work.name(), BATCH, THREADS, plain, pipeline, pipeline / plain);
    }

    /** Seconds that the plain loop takes. */
    private double plainLoop(String model, Work work) throws Exception {
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model, folder.resolve("plain"), 1);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            encodeAll(encoder, threads, work.encode(), work.warmUp());
            long began = System.nanoTime();
            encodeAll(encoder, threads, work.encode(), work.contents());
            return secondsSince(began);
        }
    }

    private static void encodeAll(Encoder encoder, ExecutorService threads, Encode encode, List<byte[]> contents)
            throws Exception {
        List<Future<?>> batches = new ArrayList<>();
        for (int from = 0; from < contents.size(); from += BATCH) {
            List<byte[]> batch = contents.subList(from, Math.min(from + BATCH, contents.size()));
            batches.add(threads.submit(() -> {
                encode.batch(encoder, batch);
                return null;
            }));
        }
        for (Future<?> batch : batches) {
            batch.get();
        }
    }

    /** Seconds from the first send to the visibility of the last item. */
    private double throughPipeline(String model, Work work) throws Exception {
        Path data = Files.createTempDirectory(folder, "service-");
        try (PackagedService service = new PackagedService(
                        data,
                        "glimpse.encode.model=" + model,
                        "glimpse.encode.threads=" + THREADS,
                        "glimpse.encode.batch-size=" + BATCH);
                OutsideProducer producer = ready(service)) {
            awaitVisible(service, send(producer, work.topic(), "warm-up", work.warmUp()));
            long began = System.nanoTime();
            awaitVisible(service, send(producer, work.topic(), "item", work.contents()));
            return secondsSince(began);
        }
    }

    private static OutsideProducer ready(PackagedService service) {
        service.awaitReady(Duration.ofMinutes(2));
        return new OutsideProducer(service.bootstrapServers());
    }

    private static String send(OutsideProducer producer, String topic, String prefix, List<byte[]> contents)
            throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < contents.size(); i++) {
            byte[] key = (prefix + "-" + i).getBytes(StandardCharsets.UTF_8);
            records.add(OutsideProducer.record(topic, key, contents.get(i)));
        }
        return producer.sendAll(topic, records);
    }

    private static void awaitVisible(PackagedService service, String position) throws IOException {
        String answer = service.send(
                        HttpRequest.newBuilder(service.at("/search?text=x&k=1&timeout=20s&fresh=" + position))
                                .header("Accept", "application/json"))
                .body();
        if (answer.contains("\"timeout\"")) {
            awaitVisible(service, position);
        }
    }

    private void latencies() throws Exception {
        double encode;
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(BUNDLED, folder.resolve("plain"), 1)) {
            double[] times = new double[PROBES];
            for (int i = -WARM_UP; i < PROBES; i++) {
                long began = System.nanoTime();
                encoder.encodeTexts(List.of("a happy cat number " + i));
                times[Math.max(i, 0)] = 1000 * secondsSince(began);
            }
            encode = quantile(times, 0.5);
        }
        Path data = Files.createTempDirectory(folder, "service-");
        try (PackagedService service = new PackagedService(data, "glimpse.demo=true");
                OutsideProducer producer = ready(service)) {
            awaitCorpus(service);
            visibility(service, producer, encode);
            queries(service, encode);
        }
    }

    private static void awaitCorpus(PackagedService service) throws Exception {
        while (!service.get("/search?text=x&k=1&target=any").body().contains("\"items\":3904")) {
            Thread.onSpinWait();
        }
    }

    /** Where the time goes: two outside readers of the embeddings topic say when a record was written, and when committed. */
    private static void visibility(PackagedService service, OutsideProducer producer, double encode) throws Exception {
        double[] acknowledged = new double[PROBES];
        double[] written = new double[PROBES];
        double[] committed = new double[PROBES];
        double[] visible = new double[PROBES];
        try (Arrivals uncommitted = new Arrivals(service.bootstrapServers(), "read_uncommitted");
                Arrivals afterCommit = new Arrivals(service.bootstrapServers(), "read_committed")) {
            for (int i = -WARM_UP; i < PROBES; i++) {
                byte[] text = ("probe number " + i).getBytes(StandardCharsets.UTF_8);
                int at = Math.max(i, 0);
                long began = System.nanoTime();
                String position = producer.send("glimpse.texts", "probe-" + i, text);
                acknowledged[at] = 1000 * secondsSince(began);
                awaitVisible(service, position);
                visible[at] = 1000 * secondsSince(began);
                written[at] = (uncommitted.firstAfter(began) - began) / 1e6;
                committed[at] = (afterCommit.firstAfter(began) - began) / 1e6;
            }
        }
        System.out.printf(
                "one text at a time, after it was sent: acknowledged p50 %.1f ms, its embedding at an outside reader %.1f ms,"
                        + " and committed %.1f ms; visible and answered p50 %.1f ms, p99 %.1f ms; encoding it %.2f ms%n",
                quantile(acknowledged, 0.5),
                quantile(written, 0.5),
                quantile(committed, 0.5),
                quantile(visible, 0.5),
                quantile(visible, 0.99),
                encode);
    }

    /** When records of the embeddings topic arrive at a consumer of its own. */
    private static final class Arrivals implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final BlockingQueue<Long> times = new LinkedBlockingQueue<>();
        private final Thread thread = Thread.ofPlatform().unstarted(this::run);

        Arrivals(String bootstrapServers, String isolation) {
            consumer = new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                            ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                    .filter(topic -> topic.getKey().startsWith("glimpse.embeddings."))
                    .flatMap(topic -> topic.getValue().stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            thread.start();
        }

        private void run() {
            try {
                while (true) {
                    if (!consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
                        times.add(System.nanoTime());
                    }
                }
            } catch (WakeupException e) {
                consumer.close();
            }
        }

        long firstAfter(long began) throws InterruptedException {
            long time = times.take();
            while (time < began) {
                time = times.take();
            }
            return time;
        }

        @Override
        public void close() throws InterruptedException {
            consumer.wakeup();
            thread.join();
        }
    }

    private static void queries(PackagedService service, double encode) throws Exception {
        double[] first = new double[PROBES];
        double[] last = new double[PROBES];
        for (int i = -WARM_UP; i < PROBES; i++) {
            long began = System.nanoTime();
            HttpURLConnection connection = (HttpURLConnection) service.at("/search?k=20&text=a+happy+cat+number+" + i)
                    .toURL()
                    .openConnection();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                double firstHit = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (firstHit == 0 && line.equals("event:hit")) {
                        firstHit = 1000 * secondsSince(began);
                    }
                }
                first[Math.max(i, 0)] = firstHit;
                last[Math.max(i, 0)] = 1000 * secondsSince(began);
            }
        }
        System.out.printf(
                "text query over 1,952 images, at the client: first hit p50 %.2f ms, p99 %.2f ms; final p50 %.2f ms, p99 %.2f ms;"
                        + " encoding alone %.2f ms: first / encoding %.2f, final / encoding %.2f%n",
                quantile(first, 0.5),
                quantile(first, 0.99),
                quantile(last, 0.5),
                quantile(last, 0.99),
                encode,
                quantile(first, 0.5) / encode,
                quantile(last, 0.5) / encode);
    }

    /** Pictures like photos: gradients, shapes and noise, each another. */
    private static List<byte[]> pictures(int count, int seed) throws IOException {
        List<byte[]> pictures = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            pictures.add(picture(new Random(seed + i)));
        }
        return pictures;
    }

    private static byte[] picture(Random random) throws IOException {
        BufferedImage image = new BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, colour(random), 640, 480, colour(random)));
        graphics.fillRect(0, 0, 640, 480);
        for (int i = 0; i < 40; i++) {
            graphics.setColor(colour(random));
            graphics.fillOval(random.nextInt(640), random.nextInt(480), random.nextInt(160), random.nextInt(160));
        }
        graphics.dispose();
        for (int i = 0; i < 20_000; i++) {
            image.setRGB(random.nextInt(640), random.nextInt(480), random.nextInt());
        }
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", jpeg);
        return jpeg.toByteArray();
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(0x1000000));
    }

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }

    private static double secondsSince(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
