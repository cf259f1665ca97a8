package dev.glimpse.index.lucene;

import dev.glimpse.filter.Filter;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.filter.Value;
import dev.glimpse.index.FacetCounts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;

/**
 * Metadata as Lucene's fields: four of them, however many fields the metadata has, so that an item with a thousand fields of
 * its own costs the others nothing. Terms begin with their field; numbers and times are points of two dimensions, of which the
 * first is the field. Values to count are doc values that begin as terms do.
 */
final class FilterFields {

    private static final String TERMS = "filter.terms";
    private static final String NUMBERS = "filter.numbers";
    private static final String TIMES = "filter.times";

    /** The doc values. */
    static final String VALUES = "filter.values";

    /** Longer strings are indexed by their digest: Lucene's terms end at 32,766 bytes. */
    private static final int LONGEST = 1024;

    /** What the digest of a field begins with, in its place. */
    private static final String DIGESTED = "\1";

    private FilterFields() {}

    static void add(MetadataValues values, Document document) {
        values.fields().forEach(field -> document.add(new StringField(TERMS, exists(field), Field.Store.NO)));
        values.all().forEach((field, of) -> of.forEach(value -> add(field, value, document)));
    }

    private static void add(String field, Value value, Document document) {
        if (FacetCounts.isCounted(value)) {
            document.add(new SortedSetDocValuesField(VALUES, new BytesRef(term(field, value))));
        }
        switch (value) {
            case Value.Text _, Value.Truth _ ->
                document.add(new StringField(TERMS, term(field, value), Field.Store.NO));
            case Value.Number number -> document.add(new BinaryPoint(NUMBERS, point(field, sortable(number))));
            case Value.Time time -> document.add(new BinaryPoint(TIMES, point(field, time.micros())));
        }
    }

    static Query query(Filter filter) {
        return switch (filter) {
            case Filter.All(List<Filter> of) ->
                together(of.stream().map(FilterFields::query).toList(), Occur.FILTER);
            case Filter.Any(List<Filter> of) ->
                together(of.stream().map(FilterFields::query).toList(), Occur.SHOULD);
            case Filter.Not(Filter not) ->
                new BooleanQuery.Builder()
                        .add(new MatchAllDocsQuery(), Occur.FILTER)
                        .add(query(not), Occur.MUST_NOT)
                        .build();
            case Filter.OneOf(String field, Set<Value> values) -> oneOf(field, values);
            case Filter.Numbers(String field, var from, var to) -> {
                long least = from == null ? Long.MIN_VALUE : sortable(from.value()) + (from.inclusive() ? 0 : 1);
                long most = to == null ? Long.MAX_VALUE : sortable(to.value()) - (to.inclusive() ? 0 : 1);
                yield range(NUMBERS, field, least, most);
            }
            case Filter.Times(String field, var from, var to) -> {
                long least = from == null ? Long.MIN_VALUE : from.value().micros() + (from.inclusive() ? 0 : 1);
                long most = to == null ? Long.MAX_VALUE : to.value().micros() - (to.inclusive() ? 0 : 1);
                yield range(TIMES, field, least, most);
            }
            case Filter.Exists(String field) -> new TermQuery(new Term(TERMS, exists(field)));
        };
    }

    /** Constant scores: no clause counts more than another, and none is counted. */
    private static Query together(List<Query> of, Occur occur) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        of.forEach(query -> all.add(query, occur));
        return new ConstantScoreQuery(all.build());
    }

    private static Query oneOf(String field, Set<Value> values) {
        List<Query> any = new ArrayList<>();
        List<BytesRef> terms = new ArrayList<>();
        for (Value value : values) {
            switch (value) {
                case Value.Text _, Value.Truth _ -> terms.add(new BytesRef(term(field, value)));
                case Value.Number number -> any.add(range(NUMBERS, field, sortable(number), sortable(number)));
                case Value.Time time -> any.add(range(TIMES, field, time.micros(), time.micros()));
            }
        }
        if (!terms.isEmpty()) {
            any.add(new TermInSetQuery(TERMS, terms));
        }
        return any.size() == 1 ? any.getFirst() : together(any, Occur.SHOULD);
    }

    private static Query range(String name, String field, long least, long most) {
        return least > most
                ? new MatchNoDocsQuery()
                : BinaryPoint.newRangeQuery(name, point(field, least), point(field, most));
    }

    private static String exists(String field) {
        return "x" + named(field);
    }

    private static String term(String field, Value value) {
        return switch (value) {
            case Value.Text(String text) -> "s" + named(field) + "\0" + shortened(text);
            case Value.Truth(boolean truth) -> "b" + named(field) + "\0" + truth;
            case Value.Number(double number) -> "n" + named(field) + "\0" + number;
            case Value.Time _ -> throw new IllegalArgumentException("no term: " + value);
        };
    }

    /** What the doc values of a field begin with, by type; the last byte separates the field from the value. */
    static List<BytesRef> beginnings(String field) {
        return Stream.of("s", "b", "n")
                .map(type -> new BytesRef(type + named(field) + "\0"))
                .toList();
    }

    /** What a doc value says. */
    static Value value(BytesRef term) {
        String text = term.utf8ToString();
        String said = text.substring(text.indexOf('\0') + 1);
        return switch (text.charAt(0)) {
            case 's' -> new Value.Text(said);
            case 'b' -> new Value.Truth(Boolean.parseBoolean(said));
            case 'n' -> new Value.Number(Double.parseDouble(said));
            default -> throw new IllegalArgumentException("no value: " + text);
        };
    }

    /** A field as terms begin with it: without the separator, and short. */
    private static String named(String field) {
        boolean plain = field.length() <= LONGEST && field.indexOf('\0') < 0 && !field.startsWith(DIGESTED);
        return plain ? field : DIGESTED + HexFormat.of().formatHex(digest(field));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST
                ? text
                : text.length() + "\0" + HexFormat.of().formatHex(digest(text));
    }

    private static long sortable(Value.Number number) {
        return NumericUtils.doubleToSortableLong(number.number());
    }

    private static byte[][] point(String field, long value) {
        byte[] first = new byte[Long.BYTES];
        NumericUtils.longToSortableBytes(ByteBuffer.wrap(digest(field)).getLong(), first, 0);
        byte[] second = new byte[Long.BYTES];
        NumericUtils.longToSortableBytes(value, second, 0);
        return new byte[][] {first, second};
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
