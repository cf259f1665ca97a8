package dev.glimpse.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws how training went, as an SVG picture: loss, and recall on held-out pairs, over the steps. */
final class LearningCurves {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 300;
    private static final int MARGIN = 48;

    private LearningCurves() {}

    static void write(Path file, Progress progress) throws IOException {
        List<Progress.Measurement> measured = progress.measured();
        double loss =
                measured.stream().mapToDouble(Progress.Measurement::loss).max().orElse(1);
        int steps = measured.isEmpty() ? 1 : measured.getLast().step();
        StringBuilder svg = new StringBuilder();
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="#fff"/>
                <text x="%d" y="24">recall at 1 on held-out pairs (blue, 0 to 1; best %.3f at step %d) and loss (grey, 0 to %.3f)</text>
                """.formatted(WIDTH, HEIGHT, MARGIN, progress.best(), progress.bestStep(), loss));
        svg.append(line(measured, steps, loss, Progress.Measurement::loss, "#999"));
        svg.append(line(measured, steps, 1, Progress.Measurement::recall, "#1f4fd6"));
        svg.append("""
                <path d="M%1$d %1$dV%2$dH%3$d" fill="none" stroke="#333"/>
                <text x="%3$d" y="%4$d" text-anchor="end">step %5$d</text>
                </svg>
                """.formatted(MARGIN, HEIGHT - MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN / 2, steps));
        Files.writeString(file, svg);
    }

    private static String line(
            List<Progress.Measurement> measured,
            int steps,
            double most,
            ToDoubleFunction<Progress.Measurement> value,
            String colour) {
        StringBuilder points = new StringBuilder();
        for (Progress.Measurement measurement : measured) {
            double x = MARGIN + (WIDTH - 2.0 * MARGIN) * measurement.step() / steps;
            double y = HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * value.applyAsDouble(measurement) / most;
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        }
        return "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                .formatted(points.toString().strip(), colour);
    }
}
