package dev.glimpse.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.query.Annotations;
import dev.glimpse.query.QueryConfig;
import dev.glimpse.query.SearchEvent;
import dev.glimpse.query.SearchQuery;
import dev.glimpse.query.Searcher;
import dev.glimpse.query.syntax.Parameters;
import dev.glimpse.query.syntax.SearchParameters;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said of an image: texts and labels that are like it. */
@ApplicationScoped
class ImageTexts {

    private static final String LEAST_SCORE = "min_score";

    private final Searcher searcher;
    private final Annotations annotations;
    private final QueryConfig config;

    ImageTexts(Searcher searcher, Annotations annotations, QueryConfig config) {
        this.searcher = searcher;
        this.annotations = annotations;
        this.config = config;
    }

    /**
     * The labels of an image.
     *
     * @param minScore the least score; absent where the model knows none
     * @param labels   best first
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Annotated(
            String kind,
            String id,
            @JsonProperty("min_score") @Nullable Float minScore,
            List<Label> labels,
            @JsonProperty("final") SearchEvent.@Nullable Final last) {}

    /** A label. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Label(
            String id,
            @Nullable String text,
            @Nullable Float score,
            @Nullable Float similarity,
            @Nullable Metadata metadata) {}

    /** Texts, those that say nearly the same as one. */
    Uni<SearchResource.Document> captions(ItemId image, Map<String, List<String>> parameters) {
        return search(SearchParameters.captions(image, parameters));
    }

    /** Labels that are probable enough. */
    Uni<Annotated> annotations(ItemId image, Map<String, List<String>> parameters) {
        Map<String, List<String>> others = new HashMap<>(parameters);
        List<String> given = others.remove(LEAST_SCORE);
        SearchQuery query = SearchParameters.annotations(image, others);
        Float least = leastScore(given);
        return search(query)
                .map(document -> new Annotated(
                        image.kind().word(),
                        image.id(),
                        least,
                        document.hits().stream()
                                .map(this::label)
                                .filter(label -> least == null || label.score() != null && label.score() >= least)
                                .toList(),
                        document.last()));
    }

    private @Nullable Float leastScore(@Nullable List<String> given) {
        if (!annotations.areCalibrated()) {
            if (given != null) {
                throw Problem.of(
                                400,
                                "no-calibration",
                                "'%s' needs a model with a calibration.json, and that of the space %s has none"
                                        .formatted(LEAST_SCORE, searcher.space()))
                        .exception();
            }
            return null;
        }
        Map<String, List<String>> alone = given == null ? Map.of() : Map.of(LEAST_SCORE, given);
        float least = new Parameters(alone, alone.keySet()).decimal(LEAST_SCORE, config.labelScore());
        if (!(least >= 0 && least <= 1)) {
            throw Parameters.invalid(LEAST_SCORE, "it is %s and must be 0 to 1".formatted(least));
        }
        return least;
    }

    private Label label(SearchEvent.Hit hit) {
        Float similarity = hit.similarity();
        return new Label(
                hit.id(),
                hit.text(),
                similarity == null ? null : annotations.score(similarity),
                similarity,
                hit.metadata());
    }

    private Uni<SearchResource.Document> search(SearchQuery query) {
        searcher.check(query);
        return SearchResource.collected(searcher.search(query));
    }
}
