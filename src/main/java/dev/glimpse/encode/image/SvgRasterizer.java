package dev.glimpse.encode.image;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.parser.resources.ResourcePolicy;
import com.github.weisj.jsvg.view.FloatSize;
import com.github.weisj.jsvg.view.ViewBox;
import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Draws SVG files on white, without a margin. A drawing is first read by {@link SvgGuard}, which refuses what reaches
 * outside the file or grows beyond bounds; then jsvg draws it, with external resources denied once more, and within
 * {@value #SECONDS} seconds of processor time: not of the clock, which would blame a drawing for a busy machine.
 */
final class SvgRasterizer {

    private static final int SECONDS = 5;
    private static final int MAX_PATHS = 20_000;
    private static final int MAX_USE_DEPTH = 10;

    /**
     * Java2D can't be interrupted: a drawing that takes too long is left to a thread that nobody waits for. No more than
     * these draw at once, so that drawings made for the purpose can't take the machine; others wait.
     */
    private static final Semaphore DRAWING = new Semaphore(16);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final int size;

    /** @param size the longer side of what is drawn, in pixels */
    SvgRasterizer(int size) {
        this.size = size;
    }

    RgbImage draw(byte[] file) throws RejectedRecordException {
        SvgGuard.check(file);
        FutureTask<@Nullable RgbImage> drawing = new FutureTask<>(() -> render(file));
        DRAWING.acquireUninterruptibly();
        Thread thread = Thread.ofPlatform().name("svg").daemon().start(() -> {
            try {
                drawing.run();
            } finally {
                DRAWING.release();
            }
        });
        try {
            RgbImage image = await(drawing, thread);
            if (image == null) {
                throw new RejectedRecordException(Reason.DAMAGED_IMAGE, "the SVG drawing can't be read");
            }
            return image;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError error) {
                throw error;
            }
            throw new RejectedRecordException(
                    Reason.DAMAGED_IMAGE, "the SVG drawing can't be drawn: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while drawing", e);
        }
    }

    private static @Nullable RgbImage await(FutureTask<@Nullable RgbImage> drawing, Thread thread)
            throws ExecutionException, InterruptedException, RejectedRecordException {
        while (true) {
            try {
                return drawing.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (THREADS.getThreadCpuTime(thread.threadId()) > TimeUnit.SECONDS.toNanos(SECONDS)) {
                    throw new RejectedRecordException(
                            Reason.UNSAFE_DRAWING,
                            "the SVG drawing takes more than %d s of processor time to draw".formatted(SECONDS),
                            e);
                }
            }
        }
    }

    private @Nullable RgbImage render(byte[] file) {
        LoaderContext context = LoaderContext.builder()
                .externalResourcePolicy(ResourcePolicy.DENY_ALL)
                .documentLimits(new DocumentLimits(SvgGuard.MAX_DEPTH, MAX_USE_DEPTH, MAX_PATHS))
                .build();
        SVGDocument document = new SVGLoader().load(new ByteArrayInputStream(file), null, context);
        if (document == null) {
            return null;
        }
        FloatSize natural = document.size();
        float longer = Math.max(natural.width, natural.height);
        if (!(natural.width > 0 && natural.height > 0) || Float.isInfinite(longer)) {
            return null;
        }
        int width = Math.max(1, Math.round(size * natural.width / longer));
        int height = Math.max(1, Math.round(size * natural.height / longer));
        BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = canvas.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, width, height);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            document.render((Component) null, graphics, new ViewBox(width, height));
        } finally {
            graphics.dispose();
        }
        return Pixels.of(canvas);
    }
}
