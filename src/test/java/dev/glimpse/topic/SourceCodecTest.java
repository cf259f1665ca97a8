package dev.glimpse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceCodecTest {

    private static final ItemId IMAGE = ItemId.parse("image/1");
    private static final ItemId TEXT = ItemId.parse("text/1");
    private static final ItemId LABEL = ItemId.parse("label/1");

    @Test
    void takesNullAsADeletion() throws Exception {
        assertThat(SourceCodec.read(IMAGE, null, headers())).isEqualTo(new SourceRecord.Delete(IMAGE));
    }

    @Test
    void takesBytesWithoutATypeAsAPicture() throws Exception {
        SourceRecord.Upsert read =
                upsert(IMAGE, "any bytes", "glimpse-caption", "a cat", "glimpse-metadata", "{\"a\":1}");

        assertThat(((Content.Picture) read.content()).bytes()).isEqualTo(bytes("any bytes"));
        assertThat(read.caption()).isEqualTo("a cat");
        assertThat(read.metadata()).isEqualTo(Metadata.parse("{\"a\":1}"));
    }

    @Test
    void takesABraceAsTheBeginningOfAnImagesEnvelope() throws Exception {
        String data = Base64.getEncoder().encodeToString(bytes("picture"));

        SourceRecord.Upsert read =
                upsert(IMAGE, "{\"data\":\"%s\",\"caption\":\"c\",\"metadata\":{\"b\":2}}".formatted(data));

        assertThat(((Content.Picture) read.content()).bytes()).isEqualTo(bytes("picture"));
        assertThat(read.caption()).isEqualTo("c");
        assertThat(read.metadata()).isEqualTo(Metadata.parse("{\"b\":2}"));
    }

    @Test
    void takesAnEnvelopeAsLargeAsARecordMayBe() throws Exception {
        int envelope = "{'data':''}".length();
        byte[] picture = new byte[(RecordSize.MAX_VALUE - envelope) / 4 * 3];

        SourceRecord.Upsert read =
                upsert(IMAGE, "{\"data\":\"%s\"}".formatted(Base64.getEncoder().encodeToString(picture)));

        assertThat(((Content.Picture) read.content()).bytes()).hasSize(picture.length);
    }

    @Test
    void takesATextWithABraceAsText() throws Exception {
        assertThat(upsert(TEXT, "{\"text\":\"x\"}").content()).isEqualTo(new Content.Words("{\"text\":\"x\"}"));
        assertThat(upsert(TEXT, "{\"text\":\"x\"}", "content-type", "application/json")
                        .content())
                .isEqualTo(new Content.Words("x"));
    }

    @Test
    void takesALabelWithItsTemplates() throws Exception {
        SourceRecord.Upsert read = upsert(
                LABEL,
                "{\"text\":\"cat\",\"vocabulary\":\"pets\",\"templates\":[\"a photo of a {}\"]}",
                "content-type",
                "application/json; charset=utf-8");

        assertThat(((Content.Words) read.content()).sentences()).containsExactly("a photo of a cat");
        assertThat(read.metadata()).isEqualTo(Metadata.parse("{\"vocabulary\":\"pets\"}"));
    }

    @Test
    void takesACloudEventInBinaryMode() throws Exception {
        SourceRecord.Upsert read = upsert(
                TEXT,
                "hello",
                "ce_specversion",
                "1.0",
                "ce_id",
                "7",
                "ce_type",
                "t",
                "ce_source",
                "/s",
                "ce_shop",
                "north",
                "content-type",
                "text/plain");

        assertThat(read.content()).isEqualTo(new Content.Words("hello"));
        assertThat(read.metadata().object().get("ce.id").textValue()).isEqualTo("7");
        assertThat(read.metadata().object().get("ce.shop").textValue()).isEqualTo("north");
    }

    @Test
    void takesACloudEventInStructuredMode() throws Exception {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"type\":\"t\",\"source\":\"/s\",\"datacontenttype\":\"image/png\","
                        + "\"data_base64\":\"" + Base64.getEncoder().encodeToString(bytes("picture")) + "\"}";

        SourceRecord.Upsert read = upsert(IMAGE, event, "content-type", "application/cloudevents+json");

        assertThat(((Content.Picture) read.content()).bytes()).isEqualTo(bytes("picture"));
        assertThat(read.metadata().object().get("ce.type").textValue()).isEqualTo("t");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            image/1 | application/json | {"data":            | malformed-envelope
            image/1 | application/json | []                  | malformed-envelope
            image/1 | application/json | {}                  | malformed-envelope
            image/1 | application/json | {"data":"AA","uri":"file:/x"} | malformed-envelope
            image/1 | application/json | {"data":"not base64!"} | malformed-envelope
            image/1 | application/json | {"uri":"relative"}  | malformed-envelope
            image/1 | application/json | {"uri":5}           | malformed-envelope
            image/1 | application/json | {"data":"AA==","metadata":[]} | malformed-envelope
            image/1 | application/json | {"data":"AA==","tags":[]} | malformed-envelope
            image/1 | text/plain       | a cat               | unsupported-type
            text/1  | image/png        | x                   | unsupported-type
            text/1  | application/json | {"caption":"x"}     | malformed-envelope
            text/1  | text/plain       | '  '                | invalid-text
            text/1  | application/json | {"text":""}         | invalid-text
            text/1  | application/cloudevents+json | {"specversion":"1.0"} | malformed-cloudevent
            label/1 | application/json | {"text":"x","templates":["none"]} | invalid-text
            label/1 | application/json | {"text":"x","templates":["{} and {}"]} | invalid-text
            label/1 | application/json | {"text":"x","templates":"a {}"} | malformed-envelope
            label/1 | application/json | {"text":"x","templates":[5]} | malformed-envelope
            """)
    void refusesWithItsReason(String item, String contentType, String value, String reason) {
        RejectedRecordException refused = refusal(ItemId.parse(item), bytes(value), "content-type", contentType);

        assertThat(refused.reason().code()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(item);
    }

    @Test
    void refusesAnEmptyValueAndBrokenUtf8AndAMalformedHeader() {
        assertThat(refusal(IMAGE, new byte[0]).reason()).isEqualTo(Reason.EMPTY);
        assertThat(refusal(TEXT, new byte[] {'a', (byte) 0xff}).reason()).isEqualTo(Reason.INVALID_TEXT);
        assertThat(refusal(TEXT, bytes("x"), "glimpse-metadata", "{").reason()).isEqualTo(Reason.MALFORMED_HEADER);
        assertThat(refusal(TEXT, bytes("x"), "ce_specversion", "1.0").reason()).isEqualTo(Reason.MALFORMED_CLOUDEVENT);
    }

    @Test
    void refusesWhatAnEmbeddingsRecordCouldNotHold() {
        String large = "x".repeat(Metadata.MAX_BYTES);
        String json = "application/json";

        assertThat(refusal(TEXT, bytes(large + "x")).reason()).isEqualTo(Reason.INVALID_TEXT);
        assertThat(refusal(IMAGE, bytes("x"), "glimpse-caption", large + "x").reason())
                .isEqualTo(Reason.MALFORMED_HEADER);
        assertThat(refusal(IMAGE, bytes("{\"data\":\"AA==\",\"caption\":\"%sx\"}".formatted(large)))
                        .reason())
                .isEqualTo(Reason.MALFORMED_ENVELOPE);
        assertThat(refusal(
                                LABEL,
                                bytes("{\"text\":\"x\",\"vocabulary\":\"%s\"}".formatted(large)),
                                "content-type",
                                json)
                        .reason())
                .isEqualTo(Reason.MALFORMED_ENVELOPE);
        assertThat(refusal(
                                LABEL,
                                bytes("{\"text\":\"x\",\"templates\":[%s]}"
                                        .formatted("\"{}\",".repeat(300) + "\"{}\"")),
                                "content-type",
                                json)
                        .reason())
                .isEqualTo(Reason.INVALID_TEXT);
        assertThat(refusal(TEXT, bytes("x"), "ce_specversion", "1.0", "ce_id", large, "ce_type", "t", "ce_source", "/s")
                        .reason())
                .isEqualTo(Reason.MALFORMED_CLOUDEVENT);
    }

    @Test
    void cutsASentenceThatQuotesALargeInput() {
        RejectedRecordException refused = refusal(IMAGE, bytes("{\"uri\":\"%s\"}".formatted("a".repeat(3_000_000))));

        assertThat(refused.sentence()).hasSizeLessThan(1100).endsWith("…");
    }

    private static RejectedRecordException refusal(ItemId item, byte[] value, String... headers) {
        return catchThrowableOfType(
                RejectedRecordException.class, () -> SourceCodec.read(item, value, headers(headers)));
    }

    private static SourceRecord.Upsert upsert(ItemId item, String value, String... headers) throws Exception {
        return (SourceRecord.Upsert) SourceCodec.read(item, bytes(value), headers(headers));
    }

    private static RecordHeaders headers(String... pairs) {
        RecordHeaders headers = new RecordHeaders();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], bytes(pairs[i + 1]));
        }
        return headers;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
