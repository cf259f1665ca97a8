package dev.glimpse.topic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * A record that was refused, as it goes to the dead letters: key, value and headers untouched, beside them the headers
 * {@value #REASON}, {@value #MESSAGE} and those of its {@link SourceStamp}.
 */
public final class DeadLetter {

    /** The header with the reason's code. */
    public static final String REASON = "glimpse-reason";

    /** The header with one sentence for a person. */
    public static final String MESSAGE = "glimpse-message";

    /** Headers that the messaging connector adds to what it reads: no part of the record. */
    private static final String CONNECTOR_HEADERS = "__smallrye_";

    private DeadLetter() {}

    /**
     * The dead letter of a record, to the partition that the record's key has.
     *
     * @param origin the headers of its {@link SourceStamp}
     */
    public static ProducerRecord<byte[], byte[]> of(
            Namespace namespace,
            ConsumerRecord<byte[], byte[]> refused,
            List<Header> origin,
            RejectedRecordException why) {
        List<Header> headers = new ArrayList<>();
        for (Header header : refused.headers()) {
            if (!header.key().startsWith(CONNECTOR_HEADERS)) {
                headers.add(header);
            }
        }
        headers.add(header(REASON, why.reason().code()));
        headers.add(header(MESSAGE, why.sentence()));
        headers.addAll(origin);
        return new ProducerRecord<>(namespace.deadLetters(), null, refused.key(), refused.value(), headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
