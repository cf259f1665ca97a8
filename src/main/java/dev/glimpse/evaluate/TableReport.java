package dev.glimpse.evaluate;

import dev.glimpse.evaluate.Evaluation.Found;
import java.util.Locale;

/** The figures as a table, for a terminal. */
final class TableReport {

    private TableReport() {}

    static String of(Evaluation evaluation) {
        StringBuilder out = new StringBuilder();
        out.append("%s on %s (%s): %d pictures, %d left out%n%n"
                .formatted(
                        evaluation.model(),
                        evaluation.pairs(),
                        evaluation.split(),
                        evaluation.pictures(),
                        evaluation.leftOut().size()));
        out.append("%-8s  %-13s  %7s  %5s  %5s  %5s  %11s%n"
                .formatted("language", "direction", "queries", "R@1", "R@5", "R@10", "median rank"));
        evaluation.languages().forEach((language, found) -> append(out, language, found));
        if (evaluation.languages().size() > 1) {
            append(out, "all", evaluation.overall());
        }
        if (!evaluation.minimalPairs().isEmpty()) {
            out.append("%n%-24s  %7s  %8s%n".formatted("minimal pairs", "foils", "accuracy"));
            for (MinimalPairs kind : evaluation.minimalPairs()) {
                line(out, "%-24s  %7d  %8.3f%n", kind.kind(), kind.count(), kind.accuracy());
            }
        }
        Reranked reranked = evaluation.reranked();
        if (reranked != null) {
            line(
                    out,
                    "%nThe first %d put in order anew: text to image R@1 %.3f, was %.3f; tells right from wrong in %.3f; "
                            + "%.2f ms a query%n",
                    reranked.first(),
                    reranked.after(),
                    reranked.before(),
                    reranked.accuracy(),
                    reranked.millis());
        }
        line(
                out,
                "%none text is encoded in %.2f ms, one picture in %.2f ms (each alone, on one thread)%n",
                evaluation.cost().textMillis(),
                evaluation.cost().imageMillis());
        out.append("%n%-22s  %7s  %11s%n".formatted("first picture's", "answers", "of those"));
        out.append("%-22s  %7s  %11s%n".formatted("similarity at least", "kept", "right"));
        for (Calibration.Threshold threshold : evaluation.calibration().thresholds()) {
            line(out, "%22.2f  %7.3f  %11.3f%n", threshold.similarity(), threshold.kept(), threshold.precision());
        }
        return out.toString();
    }

    private static void append(StringBuilder out, String language, Found found) {
        append(out, language, "text to image", found.textToImage());
        append(out, language, "image to text", found.imageToText());
    }

    private static void append(StringBuilder out, String language, String direction, Recall recall) {
        line(
                out,
                "%-8s  %-13s  %7d  %.3f  %.3f  %.3f  %11.1f%n",
                language,
                direction,
                recall.queries(),
                recall.at1(),
                recall.at5(),
                recall.at10(),
                recall.medianRank());
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }
}
