package dev.glimpse.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Refuses an address of which the escapes (RFC 3986, 2.1) are not UTF-8: the framework would take it for other text. Where they
 * are no escapes, the framework itself refuses, with a bare 400, before any of our code is asked.
 */
@ApplicationScoped
class AddressFilter {

    /** Before whatever reads addresses. */
    private static final int PRIORITY = 1000;

    private final ObjectMapper json;

    AddressFilter(ObjectMapper json) {
        this.json = json;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    private void check(RoutingContext context) {
        String address = context.request().uri();
        String wrong = address.indexOf('%') < 0 ? null : wrong(address);
        if (wrong == null) {
            context.next();
            return;
        }
        Problem problem = Problem.of(400, "invalid-address", wrong);
        try {
            context.response()
                    .setStatusCode(problem.status())
                    .putHeader("Content-Type", Problem.MEDIA_TYPE)
                    .end(json.writeValueAsString(problem));
        } catch (JsonProcessingException e) {
            context.fail(e);
        }
    }

    /** What is wrong with it, in a sentence; null where nothing is. */
    private static @Nullable String wrong(String address) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = address.indexOf('%'); at >= 0; at = address.indexOf('%', at + 1)) {
            bytes.write(Integer.parseInt(address, at + 1, at + 3, 16));
            boolean goesOn = at + 3 < address.length() && address.charAt(at + 3) == '%';
            if (!goesOn && !isUtf8(bytes)) {
                return "the escapes up to character %d of the address are not UTF-8".formatted(at + 3);
            }
        }
        return null;
    }

    private static boolean isUtf8(ByteArrayOutputStream bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        } finally {
            bytes.reset();
        }
    }
}
