package dev.glimpse.http;

import dev.glimpse.ingest.BrokerUnavailableException;
import dev.glimpse.query.QueryException;
import dev.glimpse.query.syntax.InvalidQueryException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import org.jboss.logging.Logger;

/** Turn every failure into a problem document. */
final class ProblemMappers {

    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    private ProblemMappers() {}

    /** What a resource refuses. */
    @Provider
    static class Refused implements ExceptionMapper<ProblemException> {
        @Override
        public Response toResponse(ProblemException e) {
            return e.problem().response();
        }
    }

    /** What the query stage refuses. */
    @Provider
    static class Unanswered implements ExceptionMapper<QueryException> {
        @Override
        public Response toResponse(QueryException e) {
            return Problem.of(e.status(), e.kind(), e.sentence()).response();
        }
    }

    /** What is no query. */
    @Provider
    static class NoQuery implements ExceptionMapper<InvalidQueryException> {
        @Override
        public Response toResponse(InvalidQueryException e) {
            return Problem.of(
                            400,
                            e.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                            String.valueOf(e.getMessage()))
                    .response();
        }
    }

    /** What only the broker could do. */
    @Provider
    static class BrokerAway implements ExceptionMapper<BrokerUnavailableException> {
        @Override
        public Response toResponse(BrokerUnavailableException e) {
            return Problem.of(503, "unavailable", String.valueOf(e.getMessage()))
                    .response();
        }
    }

    /** What the framework refuses: an unknown address, a method that an address does not have. */
    @Provider
    static class Framework implements ExceptionMapper<WebApplicationException> {
        @Override
        public Response toResponse(WebApplicationException e) {
            Response response = e.getResponse();
            if (response.getStatus() < 400) {
                return response;
            }
            String kind = response.getStatusInfo()
                    .getReasonPhrase()
                    .toLowerCase(Locale.ROOT)
                    .replace(' ', '-');
            return Problem.of(response.getStatus(), kind, String.valueOf(e.getMessage()))
                    .response();
        }
    }

    /** What nobody foresaw. */
    @Provider
    static class Unexpected implements ExceptionMapper<Exception> {
        @Override
        public Response toResponse(Exception e) {
            if (e instanceof ClosedChannelException) {
                LOG.debug("A client left", e);
            } else {
                LOG.error("A request failed", e);
            }
            return Problem.of(500, "failed", "the request failed by a fault of ours; the log says more")
                    .response();
        }
    }
}
