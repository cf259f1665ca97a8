package dev.glimpse.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers that may be asked to go on, by the cursors that were given for them. Each holds the snapshot that it was begun on, and
 * with it files that the index would else have deleted: so few are kept, and not for long. Thread-safe.
 */
@ApplicationScoped
class Pages {

    private static final Pattern CURSOR =
            Pattern.compile("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\.(\\d{1,5})");

    private final Cache<String, PagedAnswer> answers;
    private final int most;

    Pages(QueryConfig config) {
        this.most = config.cursors();
        this.answers = Caffeine.newBuilder()
                .expireAfterAccess(config.cursorExpiry())
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .<String, PagedAnswer>removalListener((name, answer, cause) -> {
                    if (answer != null) {
                        answer.release();
                    }
                })
                .build();
    }

    /** Keeps an answer, which the caller uses; says by which name. */
    String keep(PagedAnswer answer) {
        if (!answer.use()) {
            throw new IllegalStateException("the answer is in use, and yet released");
        }
        String name = UUID.randomUUID().toString();
        answers.put(name, answer);
        // By age, not by Caffeine's own size limit: that would rather refuse what is new and was asked for once.
        int excess = answers.asMap().size() - most;
        if (excess > 0) {
            answers.policy()
                    .expireAfterAccess()
                    .ifPresent(age -> answers.invalidateAll(age.oldest(excess).keySet()));
        }
        return name;
    }

    /**
     * The page that a cursor asks for; to be released.
     *
     * @throws QueryException if the cursor has expired, or was never given
     */
    Page open(String cursor) {
        Matcher matcher = CURSOR.matcher(cursor);
        if (matcher.matches()) {
            int from = Integer.parseInt(matcher.group(2));
            Optional<PagedAnswer> answer = Optional.ofNullable(answers.getIfPresent(matcher.group(1)))
                    .filter(of -> of.ends(from))
                    .filter(PagedAnswer::use);
            if (answer.isPresent()) {
                return new Page(answer.get(), matcher.group(1), from);
            }
        }
        throw new QueryException(
                QueryException.Cause.EXPIRED,
                "the cursor '%s' has expired, or this process did not give it: begin again with cursor=*"
                        .formatted(cursor));
    }

    /** The cursor for what comes behind the first that a named answer showed. */
    static String cursor(String name, int shown) {
        return name + "." + shown;
    }

    @PreDestroy
    void close() {
        answers.invalidateAll();
        answers.cleanUp();
    }

    /**
     * What is asked for.
     *
     * @param name of the answer
     * @param from how many were shown before
     */
    record Page(PagedAnswer answer, String name, int from) {}
}
