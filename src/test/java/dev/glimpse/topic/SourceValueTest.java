package dev.glimpse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.MetadataPatch;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceValueTest {

    private static final String EVENT = "\"specversion\":\"1.0\",\"id\":\"7\",\"type\":\"t\",\"source\":\"/s\"";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            image/1 | bytes | content-type: image/png, glimpse-caption: a cat, glimpse-metadata: {"a":1}, trace: x
            image/1 | bytes |
            image/1 | {"data":"AAEC","caption":"a cat","metadata":{"a":1}} |
            image/1 | {"data":"AAEC"} | glimpse-metadata: {"a":1}
            image/1 | {"uri":"file:/x","metadata":null} | content-type: application/json
            text/1  | words | glimpse-metadata: {"a":{"b":1}}
            text/1  | {"text":"words","metadata":{"a":1}} | content-type: application/json
            label/1 | {"text":"cat","vocabulary":"pets","templates":["a {}"]} | content-type: application/json
            text/1  | words | ce_specversion: 1.0, ce_id: 7, ce_type: t, ce_source: /s, content-type: text/plain
            text/1  | {"text":"words"} | ce_specversion: 1.0, ce_id: 7, ce_type: t, ce_source: /s, content-type: application/json
            text/1  | {%s,"datacontenttype":"text/plain","data":"words"} | content-type: application/cloudevents+json
            text/1  | {%s,"datacontenttype":"application/json","data":{"text":"words","metadata":{"a":1}}} | content-type: application/cloudevents+json
            image/1 | {%s,"datacontenttype":"image/png","data_base64":"AAEC"} | content-type: application/cloudevents+json
            """)
    void changesMetadataAndNothingElse(ItemId item, String value, String headers) throws Exception {
        SourceValue before = value(value.replace("%s", EVENT), headers);

        SourceValue after = before.patched(item, patch("{\"a\":2,\"n\":\"new\"}"));

        SourceRecord.Upsert was = (SourceRecord.Upsert) SourceCodec.read(item, before.value(), before.headers());
        SourceRecord.Upsert is = (SourceRecord.Upsert) SourceCodec.read(item, after.value(), after.headers());
        assertThat(is).usingRecursiveComparison().ignoringFields("metadata").isEqualTo(was);
        Metadata expected = patch("{\"a\":2,\"n\":\"new\"}").applyTo(was.metadata());
        assertThat(is.metadata()).isEqualTo(expected);
        before.headers().forEach(header -> {
            if (!header.key().equals(SourceHeaders.METADATA)) {
                assertThat(after.headers().lastHeader(header.key())).isEqualTo(header);
            }
        });
    }

    @Test
    void removesWhatTheRecordHasInItsMetadata() throws Exception {
        ItemId item = ItemId.parse("text/1");
        SourceValue before = value("words", "glimpse-metadata: {\"a\":1}");

        SourceValue after = before.patched(item, patch("{\"a\":null}"));

        assertThat(((SourceRecord.Upsert) SourceCodec.read(item, after.value(), after.headers())).metadata())
                .isEqualTo(Metadata.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            label/1 | {"text":"cat","vocabulary":"pets"} | content-type: application/json | vocabulary
            text/1  | words | ce_specversion: 1.0, ce_id: 7, ce_type: t, ce_source: /s | ce.type
            """)
    void saysWhatItCannotRemove(ItemId item, String value, String headers, String field) {
        SourceValue before = value(value, headers);

        assertThatThrownBy(() -> before.patched(item, patch("{\"%s\":null}".formatted(field))))
                .hasMessage("'%s' of %s can't be removed: the record gives it outside its metadata", field, item);
    }

    private static SourceValue value(String value, String headers) {
        RecordHeaders all = new RecordHeaders();
        for (String header : headers == null ? new String[0] : headers.split(", ")) {
            String[] parts = header.split(": ", 2);
            all.add(parts[0], parts[1].getBytes(StandardCharsets.UTF_8));
        }
        return new SourceValue(value.getBytes(StandardCharsets.UTF_8), all);
    }

    private static MetadataPatch patch(String json) {
        return MetadataPatch.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
