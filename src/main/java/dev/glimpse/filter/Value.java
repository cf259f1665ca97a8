package dev.glimpse.filter;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A value of metadata, under the type that it has there. */
public sealed interface Value {

    /** A string. */
    record Text(String text) implements Value {}

    /** A number, as an IEEE 754 double: integers beyond 2^53 are rounded. */
    record Number(double number) implements Value {

        /** @throws IllegalArgumentException if it is not finite */
        public Number {
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("%s is no finite number".formatted(number));
            }
            // Negative zero is zero.
            number += 0.0;
        }
    }

    /** A boolean. */
    record Truth(boolean truth) implements Value {}

    /** A moment: a string that is an RFC 3339 date and time. Rounded down to microseconds. */
    record Time(Instant moment) implements Value {

        private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;

        /** Rounds it, and takes years beyond 294,247 before or after 1970 for those. */
        public Time {
            moment = Instant.ofEpochSecond(
                            Math.clamp(moment.getEpochSecond(), -MOST_SECONDS, MOST_SECONDS), moment.getNano())
                    .truncatedTo(ChronoUnit.MICROS);
        }

        /** The moment that a string is, if it is one. */
        public static Optional<Time> of(String text) {
            // Quicker than an exception for each string that is none: 2026-11-25T10:00:00Z.
            if (text.length() < 17 || text.charAt(4) != '-' || (text.charAt(10) | 0x20) != 't') {
                return Optional.empty();
            }
            try {
                return Optional.of(new Time(OffsetDateTime.parse(text).toInstant()));
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }

        /** Microseconds since 1970. */
        public long micros() {
            return moment.getEpochSecond() * 1_000_000 + moment.getNano() / 1000;
        }
    }
}
