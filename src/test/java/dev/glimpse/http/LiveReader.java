package dev.glimpse.http;

import static io.restassured.RestAssured.given;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads a stream that does not end, line by line, over a socket with a small buffer; by HTTP 1.0, which knows no chunks. */
final class LiveReader implements AutoCloseable {

    private final List<String> lines = new ArrayList<>();
    private final Socket socket = new Socket();
    private final Thread thread;
    private volatile boolean paused;
    private volatile boolean ended;

    LiveReader(URI root, String address, String... headers) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(root.getHost(), root.getPort()));
        OutputStream out = socket.getOutputStream();
        StringBuilder request = new StringBuilder("GET " + address + " HTTP/1.0\r\nHost: localhost\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        out.write(request.append("Accept: text/event-stream\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
        thread = Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 512)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
                while (paused) {
                    Thread.sleep(20);
                }
            }
        } catch (IOException | InterruptedException e) {
            // It was closed.
        }
        ended = true;
    }

    void pause() {
        paused = true;
    }

    void goOn() {
        paused = false;
    }

    boolean isOpen() {
        return !ended;
    }

    /** The lines so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    boolean has(String event) {
        return count(event) > 0;
    }

    /** How many of an event there were. */
    long count(String event) {
        synchronized (lines) {
            return lines.stream().filter(line -> line.equals("event:" + event)).count();
        }
    }

    /** The events so far. */
    List<EventStream.Event> events() throws IOException {
        return EventStream.parse(whole());
    }

    /** The list as it is now. */
    List<String> list() throws IOException {
        return EventStream.list(EventStream.parse(whole()));
    }

    private String whole() {
        StringBuilder body = new StringBuilder();
        for (String line : lines()) {
            if (line.startsWith("id:") || line.startsWith("event:") || line.startsWith("data:")) {
                body.append(line).append('\n');
            } else if (line.isEmpty()) {
                body.append('\n');
            }
        }
        return body.toString();
    }

    /** What the service counts, over all tags. */
    static double metric(String name) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() throws Exception {
        paused = false;
        socket.close();
        thread.join(5000);
    }
}
