package dev.glimpse.evaluate;

import dev.glimpse.evaluate.Retrieval.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How good a model is on pairs: what {@code evaluation.json} holds, by these names.
 *
 * @param model        where it lies
 * @param pairs        the file
 * @param split        of the file, or {@code all}
 * @param pictures     that were searched
 * @param languages    what was found, by the captions' language
 * @param overall      all languages' queries together, each among the answers of its own language; that of the only
 *                     language, where there is one
 * @param minimalPairs by kind of foil
 * @param calibration  text to image, all languages together
 * @param cost         of encoding one alone
 * @param reranked     or null if no reranker was asked for
 * @param worstMisses  the texts whose right picture ranks worst, at most {@value #MISSES}, the worst first
 * @param leftOut      pictures that could not be decoded
 */
record Evaluation(
        String model,
        String pairs,
        String split,
        int pictures,
        Map<String, Found> languages,
        Found overall,
        List<MinimalPairs> minimalPairs,
        Calibration calibration,
        Cost cost,
        @Nullable Reranked reranked,
        List<Miss> worstMisses,
        List<EncodedPairs.Refused> leftOut) {

    private static final int MISSES = 20;

    /**
     * What was found in each direction.
     *
     * @param textToImage a query for each distinct text; right is every picture that has it
     * @param imageToText a query for each picture; right is each of its captions
     */
    record Found(Recall textToImage, Recall imageToText) {}

    /**
     * A text whose right picture did not come first.
     *
     * @param right           the pair whose picture is the best of the right ones, by id
     * @param rank            of that, from 2
     * @param rightSimilarity from -1 to 1
     * @param first           the pair whose picture came first, by id
     * @param firstSimilarity from -1 to 1
     */
    record Miss(
            String text,
            String language,
            String right,
            int rank,
            float rightSimilarity,
            String first,
            float firstSimilarity) {}

    /** @param encoded at least one pair */
    static Evaluation of(
            String model, String file, String split, EncodedPairs encoded, Cost cost, @Nullable Reranked reranked) {
        float[][] images = encoded.images();
        Map<String, Found> languages = new LinkedHashMap<>();
        List<Answer> allTexts = new ArrayList<>();
        List<Answer> allImages = new ArrayList<>();
        List<Miss> misses = new ArrayList<>();
        Captions.byLanguage(encoded.pairs()).forEach((language, captions) -> {
            float[][] texts = captions.texts().stream().map(encoded::text).toArray(float[][]::new);
            float[][] captioned =
                    Arrays.stream(captions.pictures()).mapToObj(encoded::image).toArray(float[][]::new);
            List<Answer> byText = Retrieval.answers(texts, images, captions.picturesOfTexts());
            List<Answer> byImage = Retrieval.answers(captioned, texts, captions.textsOfPictures());
            languages.put(language, new Found(Recall.of(byText), Recall.of(byImage)));
            allTexts.addAll(byText);
            allImages.addAll(byImage);
            for (int i = 0; i < byText.size(); i++) {
                Answer answer = byText.get(i);
                if (!answer.isRight()) {
                    misses.add(new Miss(
                            captions.texts().get(i),
                            language,
                            encoded.pairs().get(answer.right()).id(),
                            answer.rank(),
                            answer.rightSimilarity(),
                            encoded.pairs().get(answer.first()).id(),
                            answer.firstSimilarity()));
                }
            }
        });
        misses.sort(Comparator.comparingInt(Miss::rank).reversed());
        return new Evaluation(
                model,
                file,
                split,
                images.length,
                languages,
                new Found(Recall.of(allTexts), Recall.of(allImages)),
                MinimalPairs.of(encoded),
                Calibration.of(allTexts),
                cost,
                reranked,
                List.copyOf(misses.subList(0, Math.min(MISSES, misses.size()))),
                List.copyOf(encoded.refused()));
    }
}
