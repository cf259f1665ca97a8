package dev.glimpse.query;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/** The address that gives the same answer to a GET, so that it can be shared and resumed. */
final class SelfAddress {

    private SelfAddress() {}

    static String of(SearchQuery query) {
        String subject = switch (query.subject()) {
            case SearchQuery.Subject.Text(String text) -> "text=" + encode(text);
            case SearchQuery.Subject.Like(var item) -> "like=" + encode(item.toString());
            case SearchQuery.Subject.Vector(var embedding) ->
                "vector=" + embedding.toAddressForm() + "&space=" + embedding.space();
        };
        return "/search?" + subject + "&target=" + target(query) + "&k=" + query.k()
                + (query.filter() == null
                        ? ""
                        : "&filter=" + encode(query.filter().text()))
                + (query.minSimilarity() == SearchQuery.ANY_SIMILARITY
                        ? ""
                        : "&min_similarity=" + query.minSimilarity())
                + ranking(query)
                + (query.collapse() == null ? "" : "&collapse=" + query.collapse())
                + (query.paged() ? "&cursor=*" : "")
                + query.facets().stream()
                        .map(field -> "&facets=" + encode(field))
                        .collect(Collectors.joining())
                + (query.strict() ? "&order=strict" : "")
                + switch (query.live()) {
                    case NO -> "";
                    case RANKING -> "&live=true";
                    case MATCHES -> "&live=matches";
                }
                + (query.rerank() == 0 ? "" : "&rerank=" + query.rerank());
    }

    private static String ranking(SearchQuery query) {
        return switch (query.ranking()) {
            case SearchQuery.Ranking.Vector() -> "";
            case SearchQuery.Ranking.Lexical(String words) -> "&rank=lexical&words=" + encode(words);
            case SearchQuery.Ranking.Hybrid(String words) -> "&rank=hybrid&words=" + encode(words);
        };
    }

    static String target(SearchQuery query) {
        return query.target().name().toLowerCase(Locale.ROOT);
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
