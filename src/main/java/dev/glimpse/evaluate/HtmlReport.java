package dev.glimpse.evaluate;

import dev.glimpse.evaluate.Evaluation.Found;
import dev.glimpse.evaluate.Evaluation.Miss;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The figures as one HTML file that refers to nothing outside itself. */
final class HtmlReport {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 320;
    private static final int MARGIN = 40;

    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Evaluation</title>
            <style>
            :root { color-scheme: light dark; --ink: #1c2330; --faint: #5b6472; --paper: #fafbfc; --line: #dce1e8;
              --blue: #1f4fd6; --orange: #c2570c; font-family: system-ui, sans-serif; line-height: 1.4; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --faint: #9aa4b2; --paper: #14181f;
              --line: #2c3440; --blue: #86a6ff; --orange: #ffa35c; } }
            body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: var(--paper); color: var(--ink); }
            h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
            p { color: var(--faint); overflow-wrap: anywhere; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; }
            th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
            th { color: var(--faint); font-weight: normal; }
            .number { text-align: right; font-variant-numeric: tabular-nums; }
            .misses td { overflow-wrap: anywhere; min-width: 6rem; }
            .misses img { display: block; width: 64px; height: 64px; object-fit: contain; background: #fff; }
            svg { width: 100%; height: auto; font-size: 14px; fill: var(--ink); }
            .grid { stroke: var(--line); fill: none; }
            .blue { stroke: var(--blue); } .orange { stroke: var(--orange); } .curve { fill: none; stroke-width: 2.5; }
            .blue-text { fill: var(--blue); color: var(--blue); } .orange-text { fill: var(--orange); color: var(--orange); }
            </style>
            """;

    private final Evaluation evaluation;
    private final Map<String, byte[]> previews;
    private final StringBuilder out = new StringBuilder(HEAD);

    private HtmlReport(Evaluation evaluation, Map<String, byte[]> previews) {
        this.evaluation = evaluation;
        this.previews = previews;
    }

    /** @param previews JPEG files of the pictures of the worst misses, by the pair's id */
    static String of(Evaluation evaluation, Map<String, byte[]> previews) {
        HtmlReport report = new HtmlReport(evaluation, previews);
        report.summary();
        report.recall();
        report.minimalPairs();
        report.reranked();
        report.calibration();
        report.misses();
        report.leftOut();
        return report.out.append("</html>\n").toString();
    }

    private void summary() {
        add(
                "<h1>Evaluation</h1>\n<p>%s on %s (%s): %d pictures, %d left out. One text is encoded in %.2f ms, one picture in"
                        + " %.2f ms, each alone, on one thread.</p>\n",
                escape(evaluation.model()),
                escape(evaluation.pairs()),
                escape(evaluation.split()),
                evaluation.pictures(),
                evaluation.leftOut().size(),
                evaluation.cost().textMillis(),
                evaluation.cost().imageMillis());
    }

    private void recall() {
        out.append("<h2>Recall</h2>\n");
        add("<p>The fraction of queries with a right answer among the first k. Ties count for the right one.</p>\n");
        table("language", "direction", "#queries", "#R@1", "#R@5", "#R@10", "#median rank");
        evaluation.languages().forEach(this::rows);
        if (evaluation.languages().size() > 1) {
            rows("all", evaluation.overall());
        }
        out.append("</table></div>\n");
        add(
                "<p><span class=\"blue-text\">Text to image</span> and <span class=\"orange-text\">image to text</span>,"
                        + " for k from 1 to %d%s.</p>\n",
                Recall.MOST, evaluation.languages().size() > 1 ? ", all languages" : "");
        chart("recall at k", "k = 1", "k = " + Recall.MOST);
        curve(evaluation.overall().textToImage().curve(), "blue");
        curve(evaluation.overall().imageToText().curve(), "orange");
        out.append("</svg>\n");
    }

    private void rows(String language, Found found) {
        row(language, "text to image", found.textToImage());
        row(language, "image to text", found.imageToText());
    }

    private void row(String language, String direction, Recall recall) {
        add("<tr><td>%s<td>%s", escape(language), direction);
        number("%d", recall.queries());
        number("%.3f", recall.at1());
        number("%.3f", recall.at5());
        number("%.3f", recall.at10());
        number("%.1f", recall.medianRank());
        out.append('\n');
    }

    private void minimalPairs() {
        if (evaluation.minimalPairs().isEmpty()) {
            return;
        }
        out.append("<h2>Minimal pairs</h2>\n");
        add(
                "<p>How often a picture is more similar to a right caption than to one that is like it and wrong in one thing.</p>\n");
        table("kind", "#foils", "#accuracy");
        for (MinimalPairs kind : evaluation.minimalPairs()) {
            add("<tr><td>%s", escape(kind.kind()));
            number("%d", kind.count());
            number("%.3f", kind.accuracy());
            out.append('\n');
        }
        out.append("</table></div>\n");
    }

    private void reranked() {
        Reranked reranked = evaluation.reranked();
        if (reranked == null) {
            return;
        }
        out.append("<h2>Reranker</h2>\n");
        add(
                "<p>The first %d put in order anew: text to image R@1 %.3f, was %.3f; it tells right from wrong in %.3f, and takes"
                        + " %.2f ms a query.</p>\n",
                reranked.first(), reranked.after(), reranked.before(), reranked.accuracy(), reranked.millis());
    }

    private void calibration() {
        List<Calibration.Bin> bins = evaluation.calibration().bins();
        double from = bins.getFirst().mean();
        double to = bins.getLast().mean();
        double range = to > from ? to - from : 1;
        out.append("<h2>What a similarity says</h2>\n");
        add("<p>The first picture for a text: how often it is right, by its similarity. Each point is a tenth of the"
                + " texts.</p>\n");
        chart("fraction right", "similarity %.2f".formatted(from), "%.2f".formatted(to));
        List<double[]> points = bins.stream()
                .map(bin -> new double[] {(bin.mean() - from) / range, bin.accuracy()})
                .toList();
        polyline(points, "blue");
        for (double[] point : points) {
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"blue-text\"/>\n", x(point[0]), y(point[1]));
        }
        out.append("</svg>\n");
        table("#similarity at least", "#answers kept", "#of those right");
        for (Calibration.Threshold threshold : evaluation.calibration().thresholds()) {
            out.append("<tr>");
            number("%.2f", threshold.similarity());
            number("%.3f", threshold.kept());
            number("%.3f", threshold.precision());
            out.append('\n');
        }
        out.append("</table></div>\n");
    }

    private void misses() {
        out.append("<h2>Worst misses</h2>\n");
        if (evaluation.worstMisses().isEmpty()) {
            out.append("<p>None: each text's right picture comes first.</p>\n");
            return;
        }
        out.append(
                "<div class=\"wide\"><table class=\"misses\">\n<tr><th>text<th>right picture<th>wrong first answer\n");
        for (Miss miss : evaluation.worstMisses()) {
            add("<tr><td>%s<br><small>%s</small>", escape(miss.text()), escape(miss.language()));
            picture(miss.right(), "rank " + miss.rank(), miss.rightSimilarity());
            picture(miss.first(), "rank 1", miss.firstSimilarity());
            out.append('\n');
        }
        out.append("</table></div>\n");
    }

    private void picture(String id, String rank, float similarity) {
        out.append("<td>");
        byte[] preview = previews.get(id);
        if (preview != null) {
            add(
                    "<img alt=\"\" src=\"data:image/jpeg;base64,%s\">",
                    Base64.getEncoder().encodeToString(preview));
        }
        add("<small>%s<br>%s, %.3f</small>", escape(id), rank, similarity);
    }

    private void leftOut() {
        if (evaluation.leftOut().isEmpty()) {
            return;
        }
        out.append("<h2>Left out</h2>\n<ul>\n");
        for (EncodedPairs.Refused refused : evaluation.leftOut()) {
            add("<li>%s: %s\n", escape(refused.image()), escape(refused.why()));
        }
        out.append("</ul>\n");
    }

    /** Opens a table; columns of numbers begin with {@code #}. */
    private void table(String... columns) {
        out.append("<div class=\"wide\"><table>\n<tr>");
        for (String column : columns) {
            out.append(column.startsWith("#") ? "<th class=\"number\">" + column.substring(1) : "<th>" + column);
        }
        out.append('\n');
    }

    private void number(String format, Object value) {
        add("<td class=\"number\">" + format, value);
    }

    /** Opens a picture with a scale from 0 to 1 upwards. */
    private void chart(String title, String left, String right) {
        add("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, HEIGHT, escape(title));
        for (int tenth = 0; tenth <= 10; tenth += 2) {
            double y = y(tenth / 10.0);
            add("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", MARGIN, y, WIDTH - MARGIN);
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n", MARGIN - 6, y + 5, tenth / 10.0);
        }
        add("<text x=\"%d\" y=\"20\">%s</text>\n", MARGIN, escape(title));
        add("<text x=\"%d\" y=\"%d\">%s</text>\n", MARGIN, HEIGHT - 14, escape(left));
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", WIDTH - MARGIN, HEIGHT - 14, escape(right));
    }

    private void curve(List<Double> values, String colour) {
        polyline(
                IntStream.range(0, values.size())
                        .mapToObj(i -> new double[] {i / (values.size() - 1.0), values.get(i)})
                        .toList(),
                colour);
    }

    private void polyline(List<double[]> points, String colour) {
        add(
                "<polyline class=\"curve %s\" points=\"%s\"/>\n",
                colour,
                points.stream()
                        .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x(point[0]), y(point[1])))
                        .collect(Collectors.joining(" ")));
    }

    private static double x(double share) {
        return MARGIN + (WIDTH - 2 * MARGIN) * share;
    }

    private static double y(double share) {
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share;
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
