package dev.glimpse.match;

import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Health group {@code matcher}: down while queries can't be read, or matches not written. Nothing is lost meanwhile. */
@HealthGroup("matcher")
@ApplicationScoped
class MatchHealth implements HealthCheck {

    static final String QUERIES = "queries";
    static final String MATCHES = "matches";

    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    void failing(String what, Throwable why) {
        troubles.put(what, String.valueOf(why.getMessage()));
    }

    void passing(String what) {
        troubles.remove(what);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("matcher").status(troubles.isEmpty());
        troubles.forEach(response::withData);
        return response.build();
    }
}
