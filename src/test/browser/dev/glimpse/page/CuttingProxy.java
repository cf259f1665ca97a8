package dev.glimpse.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Passes bytes on between clients and a server, until it is told to hold an answer, and to cut it off. */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final URI server;
    private final CountDownLatch cut = new CountDownLatch(1);
    private volatile @Nullable String heldBehind;

    CuttingProxy(URI server) throws IOException {
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    /** Where it stands for the server. */
    URI address() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/");
    }

    /** The next answer that has these words stands still behind them, in the middle of whatever it is. */
    void holdBehind(String words) {
        heldBehind = words;
    }

    /** Ends the answer that stands still. */
    void cut() {
        cut.countDown();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                open.add(client);
                open.add(upstream);
                Thread.ofVirtual().start(() -> pass(client, upstream, false));
                Thread.ofVirtual().start(() -> pass(upstream, client, true));
            } catch (IOException e) {
                // It was closed, or a client came and went.
            }
        }
    }

    private void pass(Socket from, Socket to, boolean answers) {
        byte[] bytes = new byte[8192];
        StringBuilder seen = new StringBuilder();
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                String words = heldBehind;
                if (answers && words != null) {
                    int before = seen.length();
                    seen.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                    int at = seen.indexOf(words, Math.max(0, before - words.length()));
                    if (at >= 0) {
                        heldBehind = null;
                        out.write(bytes, 0, Math.max(0, at + words.length() - before));
                        out.flush();
                        cut.await();
                        return;
                    }
                }
                out.write(bytes, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            // Either side has left.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        cut();
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
