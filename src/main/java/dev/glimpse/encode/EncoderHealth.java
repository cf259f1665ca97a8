package dev.glimpse.encode;

import dev.glimpse.item.Kind;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Health group {@code encoder}: down while a batch waits for a fault of ours to pass. Queries go on meanwhile, so
 * readiness does not look at it.
 */
@HealthGroup("encoder")
@ApplicationScoped
public class EncoderHealth implements HealthCheck {

    private final Map<Kind, String> troubles = new ConcurrentHashMap<>();

    /** A batch of this kind can't be encoded or published, and is tried again. */
    void failing(Kind kind, Throwable why) {
        troubles.put(kind, String.valueOf(why.getMessage()));
    }

    /** A batch of this kind was published. */
    void passing(Kind kind) {
        troubles.remove(kind);
    }

    boolean isFailing(Kind kind) {
        return troubles.containsKey(kind);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("encoder").status(troubles.isEmpty());
        troubles.forEach((kind, trouble) -> response.withData(kind.plural(), trouble));
        return response.build();
    }
}
