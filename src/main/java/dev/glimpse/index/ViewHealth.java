package dev.glimpse.index;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready: what the embeddings topic held at start is applied, and this space has once held all that the source topics
 * held. Where this process keeps no view, there is nothing to wait for.
 */
@Readiness
@ApplicationScoped
public class ViewHealth implements HealthCheck {

    private final IndexView view;
    private final IndexConfig config;

    ViewHealth(IndexView view, IndexConfig config) {
        this.view = view;
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("view").status(!config.enabled() || view.isReady());
        String trouble = view.trouble();
        if (trouble != null) {
            response.withData("trouble", trouble);
        }
        view.snapshot().ifPresent(snapshot -> {
            try (snapshot) {
                snapshot.positions()
                        .sources()
                        .forEach((source, reached) -> response.withData(source.toString(), reached.offset()));
            }
        });
        return response.build();
    }
}
