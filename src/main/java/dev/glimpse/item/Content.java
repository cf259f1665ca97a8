package dev.glimpse.item;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of an item is encoded. */
public sealed interface Content {

    /** The longest text or caption, in characters: a model reads some hundred, and a record of embeddings must hold it. */
    int MAX_TEXT = 64 * 1024;

    /** How many templates a label may have. CLIP's authors use 80 for ImageNet. */
    int MAX_TEMPLATES = 256;

    /** A picture: the bytes of its file. Immutable by agreement: whoever hands bytes over no longer writes to them. */
    final class Picture implements Content {
        private final byte[] bytes;
        private final @Nullable String mediaType;

        /**
         * @param bytes     the file, at least one byte
         * @param mediaType what the sender called it, for example {@code image/png}, or null; the first bytes decide
         * @throws IllegalArgumentException if there are no bytes
         */
        public Picture(byte[] bytes, @Nullable String mediaType) {
            if (bytes.length == 0) {
                throw new IllegalArgumentException("the picture is empty");
            }
            this.bytes = bytes;
            this.mediaType = mediaType;
        }

        /** The file's bytes, shared: not to be written to. */
        public byte[] bytes() {
            return bytes;
        }

        /** What the sender called it, or null. */
        public @Nullable String mediaType() {
            return mediaType;
        }
    }

    /**
     * A picture that lies elsewhere.
     *
     * @param uri where, with a scheme
     */
    record Reference(URI uri) implements Content {
        /** @throws IllegalArgumentException if the address has no scheme */
        public Reference {
            if (uri.getScheme() == null) {
                throw new IllegalArgumentException("the uri '%s' has no scheme".formatted(uri));
            }
        }
    }

    /**
     * Words.
     *
     * @param text      the text, not blank
     * @param templates sentences with one {@code {}} each, in which the text is encoded (the embedding is the mean over
     *                  them, as CLIP's authors do for zero-shot labels: Radford et al. 2021, section 3.1.4); none means
     *                  the text alone
     */
    record Words(String text, List<String> templates) implements Content {

        private static final String HOLE = "{}";

        /** @throws IllegalArgumentException if the text is blank or too long, or a template has its {@code {}} not once */
        public Words {
            if (text.isBlank()) {
                throw new IllegalArgumentException("the text is empty");
            }
            if (text.length() > MAX_TEXT) {
                throw new IllegalArgumentException(
                        "the text has %d characters; at most %d are kept".formatted(text.length(), MAX_TEXT));
            }
            templates = List.copyOf(templates);
            if (templates.size() > MAX_TEMPLATES
                    || templates.stream().mapToLong(String::length).sum() > MAX_TEXT) {
                throw new IllegalArgumentException(
                        "there are %d templates; at most %d, of %d characters in all, are taken"
                                .formatted(templates.size(), MAX_TEMPLATES, MAX_TEXT));
            }
            for (String template : templates) {
                int hole = template.indexOf(HOLE);
                if (hole < 0 || hole != template.lastIndexOf(HOLE)) {
                    throw new IllegalArgumentException("the template '%s' must have {} once".formatted(template));
                }
            }
        }

        /** A text alone. */
        public Words(String text) {
            this(text, List.of());
        }

        /** The sentences to encode: at least one. */
        public List<String> sentences() {
            return templates.isEmpty()
                    ? List.of(text)
                    : templates.stream()
                            .map(template -> template.replace(HOLE, text))
                            .toList();
        }
    }
}
