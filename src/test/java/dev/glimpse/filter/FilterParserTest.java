package dev.glimpse.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.glimpse.item.Metadata;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {

    private static final int FUZZED = 100_000;

    private static final String SHOE = """
            {"category": "shoes", "price": 79.9, "sale": true, "tags": ["red", "summer"], "since": "2026-03-01T09:30:00+01:00",
             "size": {"eu": 42, "uk": null}, "ean": "0042", "a b": "x \\"y\\"", "old": false, "none": null}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "category:shoes",
                "category=shoes",
                "category:\"shoes\"",
                "  category : shoes  ",
                "category:(boots, shoes)",
                "category:shoes AND price<80",
                "category:boots OR price<80 AND sale:true",
                "(category:boots OR price<80) AND sale:true",
                "NOT category:boots",
                "NOT (category:boots OR price>80)",
                "NOT NOT category:shoes",
                "category!=boots",
                "brand!=Acme",
                "price:79.9",
                "price:7.99e1",
                "price>=79.9 AND price<=79.9 AND NOT price>79.9 AND NOT price<79.9",
                "price:[10 TO 79.9]",
                "price:{10 TO 80}",
                "price:[* TO 80]",
                "price:[79.9 TO *}",
                "NOT price:[10 TO 79.9}",
                "NOT price:{79.9 TO 80]",
                "tags:red AND tags:summer",
                "size.eu:42",
                "size.eu>41",
                "size:*",
                "NOT size.uk:*",
                "NOT none:*",
                "tags:*",
                "ean:0042",
                "ean:\"0042\"",
                "NOT price:\"79.9\"",
                "NOT sale:\"true\"",
                "old:false",
                "\"a b\":\"x \\\"y\\\"\"",
                "since:2026-03-01T08:30:00Z",
                "since:\"2026-03-01T09:30:00+01:00\"",
                "since<2026-03-01T08:30:00.001Z AND since>=2026-03-01T08:30:00Z",
                "since:[2026-01-01T00:00:00Z TO *]",
                "NOT since<2026-03-01T08:30:00Z"
            })
    void isTrueOfTheShoe(String filter) {
        assertThat(FilterParser.parse(filter).matches(MetadataValues.of(Metadata.parse(SHOE))))
                .isTrue();
        assertThat(FilterParser.parse("NOT (" + filter + ")").matches(MetadataValues.of(Metadata.parse(SHOE))))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                   | 1  | a field is missing",
                "category             | 9  | after 'category' one of : = != < <= > >= must follow",
                "category:            | 10 | a value is missing",
                "category:shoes price | 16 | AND, OR or the end must follow, not 'p'",
                "category:shoes AND   | 19 | a field is missing",
                "(category:shoes      | 16 | ')' is missing",
                "category:shoes)      | 15 | AND, OR or the end must follow, not ')'",
                "category:(a b)       | 13 | ')' must stand here, not 'b'",
                "category:(a,)        | 13 | a value must stand here, not ')'",
                "price<cheap          | 7  | 'cheap' must be a number, or a time such as 2026-11-25T10:00:00Z",
                "price:[1 80]         | 10 | TO must stand between the ends of a range",
                "price:[* TO *]       | 8  | a range needs one end; that there is a value is written price:*",
                "price:[1 TO 2026-11-25T10:00:00Z] | 13 | the ends of a range must be both numbers, or both times",
                "price:[1 TO 2)       | 14 | '}' must stand here, not ')'",
                "a:\"b                | 3  | the quote that begins here does not end",
                "a:\"b\\c\"           | 5  | in quotes, \\ must stand before \" or \\",
                "\"\":b               | 1  | a field's name is empty",
                "!a:b                 | 1  | a field must stand here, not '!'"
            })
    void saysWhereAndWhy(String filter, int column, String rule) {
        assertThatThrownBy(() -> FilterParser.parse(filter))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessage("at column %d: %s", column, rule)
                .extracting(e -> ((InvalidFilterException) e).column())
                .isEqualTo(column);
    }

    @Test
    void endsWhatIsTooLongOrTooDeepOrTooMuch() {
        assertThatThrownBy(() -> FilterParser.parse("a:" + "b".repeat(FilterParser.MAX_LENGTH)))
                .hasMessage("at column 4097: the filter has 4098 characters; at most 4096 are read");
        assertThatThrownBy(() -> FilterParser.parse("(".repeat(2000) + "a:b"))
                .hasMessageContaining("more than 64 levels");
        assertThatThrownBy(() -> FilterParser.parse("NOT ".repeat(1000) + "a:b"))
                .hasMessageContaining("more than 64 levels");
        assertThatThrownBy(() -> FilterParser.parse("a:(" + "b,".repeat(1024) + "b)"))
                .hasMessageContaining("more than 1024 conditions");
    }

    /** A filter, or a column within the text or right behind it: nothing else comes of any text. */
    @Test
    void standsAnyText() {
        Random random = new Random(1);
        String[] seeds = {
            "category:shoes AND (price<80 OR NOT brand:(\"Acme\", Ajax))",
            "price:[10 TO 80} AND since>=2026-01-01T00:00:00Z",
            "NOT size.eu:* OR a!=\"b \\\" c\" AND x:{* TO 5]"
        };
        String signs = "()[]{}:,<>=!\"\\*. aANDORTONOT019-eZ\t\0é😀\uD83D";
        int parsed = 0;
        for (int i = 0; i < FUZZED; i++) {
            StringBuilder text = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            for (int mutations = random.nextInt(1, 6); mutations > 0; mutations--) {
                int at = random.nextInt(text.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, signs.charAt(random.nextInt(signs.length())));
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 4)));
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(1, 12))));
                }
            }
            String mutated = text.toString();
            Throwable thrown =
                    catchThrowable(() -> FilterParser.parse(mutated).matches(MetadataValues.of(Metadata.NONE)));
            if (thrown == null) {
                parsed++;
            } else {
                assertThat(thrown).as(mutated).isInstanceOf(InvalidFilterException.class);
                assertThat(((InvalidFilterException) thrown).column())
                        .as(mutated)
                        .isBetween(1, mutated.length() + 1);
            }
        }
        // Both happen, or this says little.
        assertThat(parsed).isBetween(FUZZED / 100, FUZZED * 9 / 10);
    }
}
