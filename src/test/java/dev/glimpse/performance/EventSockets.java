package dev.glimpse.performance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Very many streams of events, read by one thread; by HTTP 1.0, which knows no chunks. */
final class EventSockets implements AutoCloseable {

    private static final int LONGEST_LINE = 1 << 16;

    /** Hears of what comes. On the reading thread. */
    interface Lines {
        /**
         * A line has come.
         *
         * @param stream its number
         */
        void line(int stream, String line);
    }

    private static final class Stream {
        private final int number;
        private final byte[] line = new byte[LONGEST_LINE];
        private int length;

        Stream(int number) {
            this.number = number;
        }
    }

    private final Selector selector = Selector.open();
    private final URI root;
    private final Lines lines;
    private final Thread thread = Thread.ofPlatform().name("streams").daemon().unstarted(this::run);
    private volatile boolean closing;

    EventSockets(URI root, Lines lines) throws IOException {
        this.root = root;
        this.lines = lines;
        thread.start();
    }

    /** Opens a stream. */
    void open(int number, String address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 16_384);
        channel.connect(new InetSocketAddress(root.getHost(), root.getPort()));
        String request = "GET " + address + " HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        selector.wakeup();
        channel.register(selector, SelectionKey.OP_READ, new Stream(number));
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (!closing) {
                selector.select(50);
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid()) {
                        read(key, buffer);
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | ClosedSelectorException e) {
            if (!closing) {
                System.out.println("streams: " + e);
            }
        }
    }

    private void read(SelectionKey key, ByteBuffer buffer) throws IOException {
        Stream stream = (Stream) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        buffer.clear();
        if (channel.read(buffer) < 0) {
            channel.close();
            return;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            if (next == '\n') {
                lines.line(stream.number, new String(stream.line, 0, stream.length, StandardCharsets.UTF_8));
                stream.length = 0;
            } else {
                stream.line[stream.length++] = next;
            }
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
