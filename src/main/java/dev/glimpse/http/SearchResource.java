package dev.glimpse.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.item.Content;
import dev.glimpse.query.Composition;
import dev.glimpse.query.RankedList;
import dev.glimpse.query.SearchEvent;
import dev.glimpse.query.SearchQuery;
import dev.glimpse.query.Searcher;
import dev.glimpse.query.syntax.JsonQuery;
import dev.glimpse.query.syntax.Parameters;
import dev.glimpse.query.syntax.SearchParameters;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Search. The answer is a stream of Server-Sent Events (WHATWG HTML, "Server-sent events"), also where the request says
 * nothing of what it accepts; with {@code Accept: application/json} it is the final ranking, as one document.
 */
@Path("/search")
@Blocking
public class SearchResource {

    /** JSON for who asks for it; who takes anything gets the stream. */
    private static final String JSON_ON_DEMAND = "application/json;qs=0.5";

    private final Searcher searcher;
    private final Sse sse;
    private final ObjectMapper json;

    SearchResource(Searcher searcher, @Context Sse sse, ObjectMapper json) {
        this.searcher = searcher;
        this.sse = sse;
        this.json = json;
    }

    /** The final ranking as one document. */
    public record Document(
            SearchEvent.@Nullable Query query,
            List<SearchEvent.Hit> hits,
            @JsonProperty("final") SearchEvent.@Nullable Final last) {}

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> stream(
            @Context UriInfo uri, @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) @Nullable String lastEventId) {
        if (lastEventId != null && EventIds.isEnd(lastEventId)) {
            // The only answer that keeps an EventSource from asking again.
            throw new WebApplicationException(Response.noContent().build());
        }
        SearchParameters parameters =
                new SearchParameters(new Parameters(uri.getQueryParameters(), SearchParameters.GET));
        if (lastEventId == null) {
            return sent(answer(parameters));
        }
        Optional<Map<Integer, Long>> from = EventIds.resumed(lastEventId);
        if (from.isPresent() && parameters.cursor() == null) {
            SearchQuery query = parameters.query();
            if (query.live() == SearchQuery.Live.MATCHES) {
                searcher.check(query);
                return sent(searcher.resume(query, from.get()));
            }
        }
        return sent(Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom()
                                .item(new SearchEvent.Reset("an answer that was cut off is given anew, and in full")),
                        answer(parameters)));
    }

    @GET
    @Produces(JSON_ON_DEMAND)
    public Uni<Document> document(@Context UriInfo uri) {
        return collected(answer(uri));
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> streamForForm(MultipartFormDataInput form, @Context UriInfo uri) {
        return sent(post(form, uri));
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces(JSON_ON_DEMAND)
    public Uni<Document> documentForForm(MultipartFormDataInput form, @Context UriInfo uri) {
        return collected(post(form, uri));
    }

    private Multi<SearchEvent> post(MultipartFormDataInput form, UriInfo uri) {
        new Parameters(uri.getQueryParameters(), Set.of());
        return answer(FormQuery.read(form));
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> streamFor(
            byte @Nullable [] body, @Context UriInfo uri, @Context HttpHeaders headers) {
        // The picture is encoded before the stream begins, so that one that can't be read has its HTTP status.
        return sent(post(body, uri, headers));
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(JSON_ON_DEMAND)
    public Uni<Document> documentFor(byte @Nullable [] body, @Context UriInfo uri, @Context HttpHeaders headers) {
        return collected(post(body, uri, headers));
    }

    private Multi<SearchEvent> answer(UriInfo uri) {
        return answer(new SearchParameters(new Parameters(uri.getQueryParameters(), SearchParameters.GET)));
    }

    private Multi<SearchEvent> answer(SearchParameters parameters) {
        String cursor = parameters.cursor();
        return cursor == null ? answer(parameters.query()) : searcher.page(cursor, parameters.timeout());
    }

    private Multi<SearchEvent> post(byte @Nullable [] body, UriInfo uri, HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        byte[] bytes = body == null ? new byte[0] : body;
        if (type != null && type.isCompatible(MediaType.APPLICATION_JSON_TYPE) && !type.isWildcardType()) {
            new Parameters(uri.getQueryParameters(), Set.of());
            JsonQuery query = JsonQuery.read(bytes);
            return answer(query);
        }
        SearchParameters parameters =
                new SearchParameters(new Parameters(uri.getQueryParameters(), SearchParameters.POST));
        if (type != null
                && !type.getType().equals("image")
                && !type.isCompatible(MediaType.APPLICATION_OCTET_STREAM_TYPE)) {
            throw Problem.of(
                            415,
                            "unsupported-type",
                            "the body is %s; a query's body is a picture, image/*, application/json or multipart/form-data"
                                    .formatted(type))
                    .exception();
        }
        if (bytes.length == 0) {
            throw Problem.of(400, "empty-body", "there is no picture: the body is empty")
                    .exception();
        }
        return answer(Composition.of(new Content.Picture(bytes, null)), parameters);
    }

    private Multi<SearchEvent> answer(JsonQuery query) {
        Optional<Composition> composition = query.composition();
        return composition.isPresent()
                ? answer(
                        composition.get(),
                        new SearchParameters(new Parameters(query.parameters(), SearchParameters.POST)))
                : answer(new SearchParameters(new Parameters(query.parameters(), SearchParameters.GET)));
    }

    private Multi<SearchEvent> answer(Composition composition, SearchParameters parameters) {
        long began = System.nanoTime();
        Duration timeout = parameters.timeout();
        String said = composition.words();
        // What is wrong beside the parts costs no encoding.
        parameters.query(new SearchQuery.Subject.Text("parts"), said, timeout);
        SearchQuery.Subject subject = searcher.encode(composition, timeout);
        // One time limit for both: encoding the parts, and the answer.
        Duration rest = timeout.minusNanos(System.nanoTime() - began);
        return answer(parameters.query(subject, said, rest.isPositive() ? rest : Duration.ofMillis(1)));
    }

    private Multi<SearchEvent> answer(SearchQuery query) {
        searcher.check(query);
        return searcher.search(query);
    }

    private Multi<OutboundSseEvent> sent(Multi<SearchEvent> events) {
        EventIds ids = new EventIds();
        return events.map(event -> event instanceof SearchEvent.Alive
                ? sse.newEventBuilder().comment("").build()
                : sse.newEventBuilder()
                        .name(event.name())
                        .id(ids.next(event))
                        .data(json(event))
                        .build());
    }

    /** Written here: the framework would add a field of its own, "content-type", to every event. */
    private String json(SearchEvent event) {
        try {
            return json.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event can't be written", e);
        }
    }

    private static void requireEnd(SearchEvent event) {
        if (event instanceof SearchEvent.Query query && query.live() != null) {
            throw Parameters.invalid("live", "it goes with text/event-stream: a document has an end");
        }
    }

    static Uni<Document> collected(Multi<SearchEvent> events) {
        return events.invoke(SearchResource::requireEnd).collect().asList().map(all -> {
            RankedList list = new RankedList();
            SearchEvent.Query query = null;
            SearchEvent.Final last = null;
            for (SearchEvent event : all) {
                switch (event) {
                    case SearchEvent.Query parsed -> query = parsed;
                    case SearchEvent.Final ended -> last = ended;
                    case SearchEvent.Problem problem ->
                        throw new Problem(problem.type(), problem.title(), problem.status(), problem.detail())
                                .exception();
                    case SearchEvent.Hit _,
                            SearchEvent.Drop _,
                            SearchEvent.Stage _,
                            SearchEvent.Reset _,
                            SearchEvent.Match _,
                            SearchEvent.Alive _ -> list.apply(event);
                }
            }
            return new Document(query, list.hits(), last);
        });
    }
}
