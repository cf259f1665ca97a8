package dev.glimpse.http;

import dev.glimpse.ingest.SourceWriter;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses a body that says it is too large, before it is read. */
final class BodySize {

    @ServerRequestFilter(preMatching = true)
    Optional<Response> check(ContainerRequestContext request) {
        String length = request.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if (length == null || !length.matches("\\d{1,18}") || Long.parseLong(length) <= SourceWriter.MAX_VALUE) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(
                        413,
                        "too-large",
                        "the body has %s bytes; at most %d are taken".formatted(length, SourceWriter.MAX_VALUE))
                .response());
    }
}
