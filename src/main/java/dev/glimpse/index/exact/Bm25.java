package dev.glimpse.index.exact;

import dev.glimpse.index.TopNeighbours;
import dev.glimpse.index.WordMatch;
import dev.glimpse.item.ItemId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.jspecify.annotations.Nullable;

/** BM25 by its formula, over all texts, in Lucene's variant without the constant factor (Kamphuis et al. 2020). */
final class Bm25 {

    private static final double K1 = 1.2;
    private static final double B = 0.75;

    private Bm25() {}

    /**
     * The best of some texts.
     *
     * @param all    over which words are counted
     * @param wanted which of them are found
     */
    static <T> Optional<List<WordMatch>> search(
            String words,
            List<T> all,
            Function<T, String> text,
            Function<T, @Nullable ItemId> wanted,
            int k,
            BooleanSupplier proceed) {
        try (Analyzer analyzer = new StandardAnalyzer()) {
            List<List<String>> texts = new ArrayList<>();
            long length = 0;
            for (T one : all) {
                texts.add(terms(analyzer, text.apply(one)));
                length += texts.getLast().size();
            }
            double mean = length / (double) all.size();
            float[] scores = new float[all.size()];
            for (String term : terms(analyzer, words)) {
                if (!proceed.getAsBoolean()) {
                    return Optional.empty();
                }
                long having = texts.stream().filter(of -> of.contains(term)).count();
                double rare = Math.log(1 + (all.size() - having + 0.5) / (having + 0.5));
                for (int i = 0; i < scores.length; i++) {
                    List<String> of = texts.get(i);
                    long times = of.stream().filter(term::equals).count();
                    scores[i] += (float) (rare * times / (times + K1 * (1 - B + B * of.size() / mean)));
                }
            }
            TopNeighbours top = new TopNeighbours(k);
            for (int i = 0; i < scores.length; i++) {
                ItemId item = scores[i] > 0 ? wanted.apply(all.get(i)) : null;
                if (item != null) {
                    top.offer(scores[i], () -> item);
                }
            }
            return Optional.of(top.ranked().stream()
                    .map(best -> new WordMatch(best.item(), best.similarity()))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> terms(Analyzer analyzer, String text) throws IOException {
        List<String> terms = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream("", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            tokens.end();
        }
        return terms;
    }
}
