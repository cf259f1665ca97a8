package dev.glimpse.filter;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFilterTest {

    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "category:shoes AND price<80"              | category:shoes AND price<80
            {"category":"shoes"}                       | category:"shoes"
            {"category":"shoes","price":{"$lt":80}}    | category:"shoes" AND price<80
            {"price":{"$gte":10,"$lte":80.5}}          | price>=10 AND price<=80.5
            {"price":{"$gt":-1e3}}                     | price>-1000
            {"sold":true}                              | sold:true
            {"size.eu":{"$in":[42,"XL"]}}              | size.eu:(42, "XL")
            {"size":{"$nin":[42]}}                     | NOT size:42
            {"size":{"$eq":42}}                        | size:42
            {"size":{"$ne":42}}                        | size!=42
            {"size":{"$exists":true}}                  | size:*
            {"size":{"$exists":false}}                 | NOT size:*
            {"made":{"$lt":"2026-03-01T00:00:00Z"}}    | made<2026-03-01T00:00:00Z
            {"$or":[{"a":1},{"b":2,"c":3}]}            | a:1 OR (b:2 AND c:3)
            {"$and":[{"a":1},{"$or":[{"b":2}]}],"d":4} | a:1 AND b:2 AND d:4
            {"$not":{"a":1,"b":2}}                     | NOT (a:1 AND b:2)
            {"a \\"b\\" \\\\":"AND \\"x\\""}           | "a \\"b\\" \\\\":"AND \\"x\\""
            """)
    void saysWhatTheLanguageSays(String json, String text) throws Exception {
        assertThat(flat(FilterParser.parse(JsonFilter.text(JSON.readTree(json)))))
                .isEqualTo(flat(FilterParser.parse(text)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            7                         | at '' an object with at least one field
            {}                        | at '' an object with at least one field
            {"a":null}                | at '/a' a string, a number or a boolean
            {"a":[1]}                 | at '/a' a string, a number or a boolean
            {"a":{}}                  | at '/a' an operator must stand here
            {"a":{"b":1}}             | at '/a/b' 'b' is unknown; known are $eq
            {"a":{"b/c":1}}           | at '/a/b~1c' 'b/c' is unknown
            {"a":1e400}               | at '/a' a number that a double can hold
            {"a":{"$lt":-1e400}}      | at '/a/$lt' a number that a double can hold
            {"a":{"$lt":"x"}}         | at '/a/$lt' a number or an RFC 3339 date and time
            {"a":{"$in":[]}}          | at '/a/$in' an array of at least one value
            {"a":{"$in":[1,{}]}}      | at '/a/$in/1' a string, a number or a boolean
            {"a":{"$exists":1}}       | at '/a/$exists' true or false
            {"$or":{}}                | at '/$or' an array of at least one filter
            {"$and":[{"a":1},{}]}     | at '/$and/1' an object with at least one field
            {"$nor":[]}               | at '/$nor' '$nor' is unknown here
            {"$not":{"a/b":null}}     | at '/$not/a~1b' a string
            """)
    void saysWhereAndWhyItIsNone(String json, String message) throws Exception {
        assertThatThrownBy(() -> JsonFilter.text(JSON.readTree(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void deepOnesEndInAMessage() {
        String deep = "{\"$not\":".repeat(500) + "{\"a\":1}" + "}".repeat(500);

        assertThatThrownBy(() -> JsonFilter.text(JSON.readTree(deep)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more levels lie within each other");
    }

    /** Without the brackets that only the text has. */
    private static String flat(Filter filter) {
        return switch (filter) {
            case Filter.All(var of) -> of.stream().map(JsonFilterTest::flat).collect(joining("&"));
            case Filter.Any(var of) ->
                "<" + of.stream().map(JsonFilterTest::flat).collect(joining("|")) + ">";
            case Filter.Not(Filter of) -> "!<" + flat(of) + ">";
            case Filter.OneOf _, Filter.Numbers _, Filter.Times _, Filter.Exists _ -> filter.toString();
        };
    }
}
