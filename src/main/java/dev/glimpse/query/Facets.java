package dev.glimpse.query;

import dev.glimpse.filter.Value;
import dev.glimpse.index.FacetCounts;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counted values, as they are shown. */
record Facets(FacetCounts counted) {

    /** So many values of a field are shown, those that most items have. */
    private static final int MOST = 100;

    /** By field its values: what most items have first, equal ones by their text. */
    Map<String, List<SearchEvent.Final.Facet>> shown() {
        Map<String, List<SearchEvent.Final.Facet>> shown = new LinkedHashMap<>();
        counted.counts()
                .forEach((field, values) -> shown.put(
                        field,
                        values.entrySet().stream()
                                .map(entry -> new SearchEvent.Final.Facet(json(entry.getKey()), entry.getValue()))
                                .sorted(Comparator.comparingLong(SearchEvent.Final.Facet::count)
                                        .reversed()
                                        .thenComparing(facet -> facet.value().toString()))
                                .limit(MOST)
                                .toList()));
        return shown;
    }

    private static Object json(Value value) {
        return switch (value) {
            case Value.Text(String text) -> text;
            case Value.Truth(boolean truth) -> truth;
            case Value.Number(double number)
            when number == Math.rint(number) && Math.abs(number) < 1L << 53 -> (long) number;
            case Value.Number(double number) -> number;
            case Value.Time time -> time.moment().toString();
        };
    }
}
