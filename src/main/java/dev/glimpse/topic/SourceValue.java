package dev.glimpse.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.MetadataPatch;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What a source record holds: its bytes and headers. Not to be changed.
 *
 * @param value   of at least one byte
 * @param headers all of them
 */
public record SourceValue(byte[] value, Headers headers) {

    /**
     * The same value in the same form, raw, envelope or CloudEvent, with other metadata: in the envelope where there is one, else
     * in the header.
     *
     * @throws RejectedRecordException  if the record is not of the topic's contract
     * @throws IllegalArgumentException if the metadata becomes too large, or keeps a field that the patch removes: one that an
     *     event's attributes or an envelope's vocabulary give
     */
    public SourceValue patched(ItemId item, MetadataPatch patch) throws RejectedRecordException {
        SourceValue changed = isStructuredEvent() ? eventPatched(item, patch) : plainPatched(item, patch);
        Metadata before = metadata(item);
        Metadata after = changed.metadata(item);
        for (String field : patch.removed()) {
            // One that stood over another is gone, and the other shows.
            if (after.object().has(field)
                    && after.object().get(field).equals(before.object().get(field))) {
                throw new IllegalArgumentException(
                        "'%s' of %s can't be removed: the record gives it outside its metadata".formatted(field, item));
            }
        }
        return changed;
    }

    private Metadata metadata(ItemId item) throws RejectedRecordException {
        return SourceCodec.read(item, value, headers) instanceof SourceRecord.Upsert upsert
                ? upsert.metadata()
                : Metadata.NONE;
    }

    private boolean isStructuredEvent() {
        return SourceCodec.EVENT_TYPE.equals(
                SourceCodec.essence(SourceHeaders.text(headers, SourceHeaders.CONTENT_TYPE)));
    }

    private SourceValue eventPatched(ItemId item, MetadataPatch patch) throws RejectedRecordException {
        CloudEvent event = SourceCodec.cloudEvent(item, headers, value);
        byte[] data = event.getData() == null ? new byte[0] : event.getData().toBytes();
        if (!SourceCodec.isEnvelope(item, event.getDataContentType(), data)) {
            return inHeader(patch);
        }
        CloudEvent changed = CloudEventBuilder.v1(event)
                .withData(inEnvelope(item, data, patch))
                .build();
        return new SourceValue(new JsonFormat().serialize(changed), headers);
    }

    private SourceValue plainPatched(ItemId item, MetadataPatch patch) throws RejectedRecordException {
        return SourceCodec.isEnvelope(item, SourceHeaders.text(headers, SourceHeaders.CONTENT_TYPE), value)
                ? new SourceValue(inEnvelope(item, value, patch), headers)
                : inHeader(patch);
    }

    private SourceValue inHeader(MetadataPatch patch) throws RejectedRecordException {
        Metadata changed = patch.applyTo(SourceCodec.headerMetadata(headers));
        RecordHeaders all = new RecordHeaders(headers);
        all.remove(SourceHeaders.METADATA);
        all.add(SourceHeaders.METADATA, changed.json().getBytes(StandardCharsets.UTF_8));
        return new SourceValue(value, all);
    }

    private byte[] inEnvelope(ItemId item, byte[] bytes, MetadataPatch patch) throws RejectedRecordException {
        if (!(SourceCodec.parse(item, bytes) instanceof ObjectNode envelope)) {
            throw new IllegalStateException("an envelope that was read is no object");
        }
        JsonNode own = envelope.get("metadata");
        Metadata before =
                own == null || own.isNull() ? SourceCodec.headerMetadata(headers) : SourceCodec.metadata(item, own);
        envelope.set("metadata", patch.applyTo(before).object());
        return envelope.toString().getBytes(StandardCharsets.UTF_8);
    }
}
