package dev.glimpse.http;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * What went wrong, for people and programs (RFC 9457).
 *
 * @param type   a URN that names the kind of problem
 * @param title  the kind of problem, in words
 * @param status the HTTP status
 * @param detail one sentence that names the input and the rule
 */
public record Problem(String type, String title, int status, String detail) {

    /** Its media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A problem of a kind, for example {@code unknown-parameter}. */
    static Problem of(int status, String kind, String detail) {
        return new Problem("urn:glimpse:problem:" + kind, kind.replace('-', ' '), status, detail);
    }

    /** The problem as an exception, which becomes the response. */
    ProblemException exception() {
        return new ProblemException(this);
    }

    /** The problem as a response. */
    Response response() {
        return Response.status(status)
                .type(MediaType.valueOf(MEDIA_TYPE))
                .entity(this)
                .build();
    }
}
