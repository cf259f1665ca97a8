package dev.glimpse.match;

import dev.glimpse.topic.LogPosition;
import dev.glimpse.topic.Reason;
import org.jspecify.annotations.Nullable;

/** What a record of the queries topic does. */
sealed interface QueryChange {

    /** Where the record stands. */
    LogPosition version();

    /** The query counts, in the place of an earlier one of its id. */
    record Put(StandingQuery query) implements QueryChange {
        @Override
        public LogPosition version() {
            return query.version();
        }
    }

    /** The query counts no longer. */
    record End(String id, LogPosition version) implements QueryChange {}

    /**
     * The record is no query. One of its id that was before counts no longer: the topic does not hold it either.
     *
     * @param id     null where the record has none, or may not speak of it
     * @param reason of its dead letter
     * @param why    one sentence
     */
    record Refuse(@Nullable String id, LogPosition version, Reason reason, String why) implements QueryChange {}
}
