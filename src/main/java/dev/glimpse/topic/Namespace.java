package dev.glimpse.topic;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Kind;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of the topics, groups and transactions of one instance.
 *
 * @param name what all of them begin with: 1 to 60 characters of a-z, 0-9 and {@code -}
 */
public record Namespace(String name) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,60}");

    /** @throws IllegalArgumentException if the name has another form */
    public Namespace {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the namespace '%s' must have 1 to 60 characters of a-z, 0-9 and -".formatted(name));
        }
    }

    /** The source topic of a kind. */
    public String source(Kind kind) {
        return name + "." + kind.plural();
    }

    /** The kind whose source topic this is. */
    public Optional<Kind> kindOf(String topic) {
        return topic.startsWith(name + ".") ? Kind.ofPlural(topic.substring(name.length() + 1)) : Optional.empty();
    }

    /** The topic of the embeddings in a space. */
    public String embeddings(EmbeddingSpace space) {
        return name + ".embeddings." + space;
    }

    /** The topic of the small pictures. */
    public String previews() {
        return name + ".previews";
    }

    /** The topic of the records that were refused. */
    public String deadLetters() {
        return name + ".dead-letters";
    }

    /** The topic of the standing queries. */
    public String queries() {
        return name + ".queries";
    }

    /** The topic of what matched them. */
    public String matches() {
        return name + ".matches";
    }

    /** The topic of the labels that were found for images. */
    public String annotations() {
        return name + ".annotations";
    }

    /** The consumer group of the matchers of a space. */
    public String matcherGroup(EmbeddingSpace space) {
        return name + ".matcher." + space;
    }

    /** The topic in which the sample corpus remembers that it was published. */
    public String demo() {
        return name + ".demo";
    }

    /** The consumer group of the encoders of a space. */
    public String encoderGroup(EmbeddingSpace space) {
        return name + ".encoder." + space;
    }

    /** The group under whose name the encoders of a space note when they were last seen. */
    public String encoderAliveGroup(EmbeddingSpace space) {
        return name + ".encoder-alive." + space;
    }

    /** The transactional id of one encoder's writes: stable across its restarts, and unlike any replica's. */
    public String transactionalId(EmbeddingSpace space, String purpose, String instance) {
        return name + "." + space + "." + purpose + "." + instance;
    }
}
