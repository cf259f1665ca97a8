package dev.glimpse;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The packaged service in a process of its own, as it is run in earnest: started, stopped, killed. */
public final class PackagedService implements AutoCloseable {

    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration QUIETENING = Duration.ofMinutes(30);

    private final Path folder;
    private final int httpPort;
    private final int brokerPort;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String heap;
    private Process process;

    /** Starts the service on a folder, with further system properties such as {@code glimpse.demo=true}. */
    public PackagedService(Path folder, String... properties) throws IOException {
        this("1g", folder, properties);
    }

    private PackagedService(String heap, Path folder, String... properties) throws IOException {
        this.heap = heap;
        this.folder = folder;
        this.httpPort = FreshData.freePort();
        this.brokerPort = FreshData.freePort();
        this.process = launch(properties);
    }

    /**
     * Starts the service with another heap than one gigabyte.
     *
     * @param heap as {@code -Xmx} has it
     */
    public static PackagedService withHeap(String heap, Path folder, String... properties) throws IOException {
        return new PackagedService(heap, folder, properties);
    }

    /** Starts the service again, after it has ended. */
    public void restart(String... properties) throws IOException {
        process = launch(properties);
    }

    private Process launch(String... properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("glimpse.jvm.flags").split(" ")));
        command.add("-Xmx" + heap);
        command.add("-Dglimpse.data=" + folder.resolve("data"));
        command.add("-Dquarkus.http.port=" + httpPort);
        command.add("-Dglimpse.broker.port=" + brokerPort);
        for (String property : properties) {
            command.add("-D" + property);
        }
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    public void awaitReady(Duration patience) {
        await().atMost(patience).pollInterval(Duration.ofMillis(100)).until(() -> !process.isAlive() || isReady());
        if (!process.isAlive()) {
            throw new AssertionError("the service ended:\n" + logged());
        }
    }

    /** Until it takes hardly any processor time: until all is merged that is to be. */
    public void awaitQuiet() {
        AtomicReference<Duration> before = new AtomicReference<>(cpu());
        await().pollDelay(QUIET).pollInterval(QUIET).atMost(QUIETENING).until(() -> {
            Duration now = cpu();
            return now.minus(before.getAndSet(now)).compareTo(QUIET.dividedBy(10)) <= 0;
        });
    }

    private Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Its resident memory. */
    public long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("the service has no resident memory");
    }

    private boolean isReady() {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** SIGKILL: nothing of the service has a chance to tidy up. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, as an orchestrator sends it. */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            throw new AssertionError("the service does not stop:\n" + logged());
        }
    }

    public HttpResponse<String> get(String address) throws IOException {
        return send(HttpRequest.newBuilder(at(address)).GET());
    }

    public HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(
                    request.timeout(Duration.ofSeconds(30)).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    public URI at(String address) {
        return URI.create("http://127.0.0.1:" + httpPort + address);
    }

    public long pid() {
        return process.pid();
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    /** The sum of a metric's values, over its tags. */
    public double metric(String name) throws IOException {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    String logged() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path log() {
        return folder.resolve("log");
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            kill();
        }
    }
}
