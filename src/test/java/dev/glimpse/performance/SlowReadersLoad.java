package dev.glimpse.performance;

import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.PackagedService;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What clients that read one byte in a second cost those that read at once: times of whole answers over the sample corpus, with
 * the slow ones and without, in turn. Arguments: {@code slow=500 fast=50 seconds=30 trials=3}.
 */
public final class SlowReadersLoad {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final PackagedService service;
    private final int fast;
    private final int seconds;
    private final AtomicInteger asked = new AtomicInteger();

    private SlowReadersLoad(PackagedService service, int fast, int seconds) {
        this.service = service;
        this.fast = fast;
        this.seconds = seconds;
    }

    /** Runs all of it. */
    public static void main(String[] args) throws Exception {
        Map<String, Integer> options = new HashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            options.put(pair[0], Integer.parseInt(pair[1]));
        }
        int slow = options.getOrDefault("slow", 500);
        int trials = options.getOrDefault("trials", 3);
        Path folder = Files.createTempDirectory("glimpse-slow-");
        try (PackagedService service = new PackagedService(folder, "glimpse.demo=true")) {
            service.awaitReady(PATIENCE);
            await().atMost(PATIENCE)
                    .until(() -> service.get("/images/emoji-1f43f").body().contains("visible")
                            && service.get("/images/scene-299").body().contains("visible"));
            SlowReadersLoad load =
                    new SlowReadersLoad(service, options.getOrDefault("fast", 50), options.getOrDefault("seconds", 30));
            load.fast();
            double[] ratios = new double[trials];
            for (int trial = 0; trial < trials; trial++) {
                Latencies alone = load.fast();
                long before = service.residentBytes();
                List<Socket> sockets = load.open(slow);
                Thread reader = Thread.ofPlatform().daemon().start(() -> readSlowly(sockets));
                Latencies beside = load.fast();
                long after = service.residentBytes();
                reader.interrupt();
                reader.join();
                for (Socket socket : sockets) {
                    socket.close();
                }
                ratios[trial] = beside.quantile(0.99) / alone.quantile(0.99);
                System.out.printf(
                        Locale.ROOT,
                        "alone %s; beside %d slow ones %s: p99 %.2f times; resident %d MiB, then %d MiB%n",
                        alone,
                        slow,
                        beside,
                        ratios[trial],
                        before >> 20,
                        after >> 20);
            }
            Arrays.sort(ratios);
            System.out.printf(Locale.ROOT, "median %.2f%n", ratios[trials / 2]);
        } finally {
            FreshData.delete(folder);
        }
    }

    /** Streams whose answers fill every buffer on the way. */
    private List<Socket> open(int count) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(
                    service.at("").getHost(), service.at("").getPort()));
            String request = "GET /search?target=image&k=1000&text=slow+" + i + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            sockets.add(socket);
        }
        return sockets;
    }

    private static void readSlowly(List<Socket> sockets) {
        try {
            while (true) {
                for (Socket socket : sockets) {
                    if (socket.getInputStream().read() < 0) {
                        System.out.println("a slow stream has ended");
                    }
                    Thread.sleep(Duration.ofSeconds(1).dividedBy(sockets.size()));
                }
            }
        } catch (IOException | InterruptedException e) {
            // It is over.
        }
    }

    private Latencies fast() throws InterruptedException {
        Latencies latencies = new Latencies();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < fast; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (System.nanoTime() < end) {
                    long began = System.nanoTime();
                    ask();
                    synchronized (latencies) {
                        latencies.add(System.nanoTime() - began);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return latencies;
    }

    private void ask() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) service.at("/search?target=image&k=20&text=thing+" + asked.incrementAndGet())
                            .toURL()
                            .openConnection();
            connection.setRequestProperty("Accept", "text/event-stream");
            try (InputStream answer = connection.getInputStream()) {
                answer.readAllBytes();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
