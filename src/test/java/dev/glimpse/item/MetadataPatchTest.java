package dev.glimpse.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataPatchTest {

    /** RFC 7396, appendix A: those whose target and patch are objects. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":"b"}           | {"a":"c"}                       | {"a":"c"}
            {"a":"b"}           | {"b":"c"}                       | {"a":"b","b":"c"}
            {"a":"b"}           | {"a":null}                      | {}
            {"a":"b","b":"c"}   | {"a":null}                      | {"b":"c"}
            {"a":["b"]}         | {"a":"c"}                       | {"a":"c"}
            {"a":"c"}           | {"a":["b"]}                     | {"a":["b"]}
            {"a":{"b":"c"}}     | {"a":{"b":"d","c":null}}        | {"a":{"b":"d"}}
            {"a":[{"b":"c"}]}   | {"a":[1]}                       | {"a":[1]}
            {"e":null}          | {"a":1}                         | {"e":null,"a":1}
            {}                  | {"a":{"bb":{"ccc":null}}}       | {"a":{"bb":{}}}
            """)
    void mergesAsTheRfcHasIt(String metadata, String patch, String result) {
        assertThat(patch(patch).applyTo(Metadata.parse(metadata))).isEqualTo(Metadata.parse(result));
    }

    @Test
    void leavesWhatItIsAppliedToAsItIs() {
        Metadata before = Metadata.parse("{\"a\":{\"b\":1}}");

        patch("{\"a\":{\"b\":2}}").applyTo(before);

        assertThat(before).isEqualTo(Metadata.parse("{\"a\":{\"b\":1}}"));
    }

    @Test
    void saysWhatItRemoves() {
        assertThat(patch("{\"b\":null,\"a\":null,\"c\":{\"d\":null}}").removed())
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "7", "\"a\"", "{", "{} {}", "{\"a\":1,\"a\":2}"})
    void takesNothingButOneObject(String patch) {
        assertThatThrownBy(() -> patch(patch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the patch ");
    }

    @Test
    void refusesWhatBecomesTooLarge() {
        MetadataPatch patch = patch("{\"b\":\"%s\"}".formatted("x".repeat(40_000)));
        Metadata large = Metadata.parse("{\"a\":\"%s\"}".formatted("x".repeat(40_000)));

        assertThatThrownBy(() -> patch.applyTo(large)).hasMessage("metadata has 80015 bytes; at most 65536 are kept");
    }

    private static MetadataPatch patch(String json) {
        return MetadataPatch.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
