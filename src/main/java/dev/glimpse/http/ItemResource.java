package dev.glimpse.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.index.PreviewView;
import dev.glimpse.ingest.InvalidRecordException;
import dev.glimpse.ingest.SourceReader;
import dev.glimpse.ingest.SourceWriter;
import dev.glimpse.item.Content;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ImageFormat;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import dev.glimpse.query.syntax.Parameters;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Items: written to the source topics, read from the view. */
@Path("/{kind}/{id}")
@Blocking
public class ItemResource {

    private static final String POSITION = "Glimpse-Position";
    private static final Duration PREVIEW_PATIENCE = Duration.ofSeconds(1);
    private static final Duration PREVIEW_INTERVAL = Duration.ofMillis(25);
    private static final int TOO_LARGE = 413;

    private final SourceWriter writer;
    private final ItemPatches patches;
    private final SourceReader reader;
    private final IndexView view;
    private final PreviewView previews;
    private final ImageTexts texts;

    ItemResource(
            SourceWriter writer,
            ItemPatches patches,
            SourceReader reader,
            IndexView view,
            PreviewView previews,
            ImageTexts texts) {
        this.texts = texts;
        this.writer = writer;
        this.patches = patches;
        this.reader = reader;
        this.view = view;
        this.previews = previews;
    }

    /** What a write answers. */
    public record Written(String kind, String id, String position) {}

    /** What is known of an item. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            String kind,
            String id,
            String state,
            @Nullable String position,
            @Nullable String text,
            @Nullable Metadata metadata,
            @Nullable String preview,
            @Nullable String original,
            @Nullable String reason,
            @Nullable String message) {}

    @PUT
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> put(
            @PathParam("kind") String kind,
            @PathParam("id") String id,
            byte @Nullable [] body,
            @Context HttpHeaders headers,
            @Context UriInfo uri) {
        ItemId item = item(kind, id);
        requireParameters(uri, Set.of());
        byte[] value = body == null ? new byte[0] : body;
        try {
            return writer.write(item, value, recordHeaders(headers)).map(position -> accepted(item, position));
        } catch (InvalidRecordException e) {
            throw Problem.of(status(e), e.code(), String.valueOf(e.getMessage()))
                    .exception();
        }
    }

    /** Changes metadata alone, by a JSON merge patch (RFC 7396): the content, the caption and the embedding stay. */
    @PATCH
    @Consumes({"application/merge-patch+json", MediaType.APPLICATION_JSON})
    @Produces(MediaType.APPLICATION_JSON)
    public Response patch(
            @PathParam("kind") String kind,
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            byte @Nullable [] body,
            @Context UriInfo uri)
            throws InterruptedException {
        ItemId item = item(kind, id);
        requireParameters(uri, Set.of());
        try {
            return accepted(item, patches.patch(item, patch(body), matching(ifMatch)));
        } catch (InvalidRecordException e) {
            throw Problem.of(status(e), e.code(), String.valueOf(e.getMessage()))
                    .exception();
        }
    }

    @DELETE
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> delete(@PathParam("kind") String kind, @PathParam("id") String id, @Context UriInfo uri) {
        ItemId item = item(kind, id);
        requireParameters(uri, Set.of());
        return writer.delete(item).map(position -> accepted(item, position));
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response get(@PathParam("kind") String kind, @PathParam("id") String id, @Context UriInfo uri) {
        Status status = status(kind, id, uri);
        Response.ResponseBuilder response = Response.ok(status);
        return (status.position() == null ? response : response.tag(status.position())).build();
    }

    private Status status(String kind, String id, UriInfo uri) {
        ItemId item = item(kind, id);
        Parameters parameters = requireParameters(uri, Set.of("position"));
        String token = parameters.one("position");
        try (IndexSnapshot snapshot = snapshot()) {
            if (token != null && !snapshot.positions().reached(position(item, token))) {
                return new Status(kind(item), item.id(), "in-flight", token, null, null, null, null, null, null);
            }
            return snapshot.find(item).map(ItemResource::status).orElseThrow(() -> unknown(item));
        }
    }

    @GET
    @Path("/preview")
    public Response preview(
            @PathParam("kind") String kind,
            @PathParam("id") String id,
            @Context UriInfo uri,
            @Context Request request) {
        IndexedItem.Visible image = image(kind, id, uri);
        byte[] jpeg = awaitPreview(image.item())
                .orElseThrow(() -> Problem.of(404, "no-preview", "there is no preview of %s".formatted(image.item()))
                        .exception());
        // Of the bytes themselves: for a moment they may be those of the image's last version.
        EntityTag tag = new EntityTag(ContentDigest.of(jpeg).hex().substring(0, 16));
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.tag(tag).build();
        }
        return Response.ok(jpeg, "image/jpeg")
                .tag(tag)
                // Asked for again each time: the tag answers that, and a replaced picture is not shown as it was.
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }

    /** Texts for an image, best first; those that say nearly the same as one. */
    @GET
    @Path("/captions")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<SearchResource.Document> captions(
            @PathParam("kind") String kind, @PathParam("id") String id, @Context UriInfo uri) {
        ItemId item = item(kind, id);
        requireImage(item);
        return texts.captions(item, uri.getQueryParameters());
    }

    /** Labels for an image, best first; those alone that are probable enough. */
    @GET
    @Path("/annotations")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ImageTexts.Annotated> annotations(
            @PathParam("kind") String kind, @PathParam("id") String id, @Context UriInfo uri) {
        ItemId item = item(kind, id);
        requireImage(item);
        return texts.annotations(item, uri.getQueryParameters());
    }

    @GET
    @Path("/original")
    public Response original(@PathParam("kind") String kind, @PathParam("id") String id, @Context UriInfo uri)
            throws InterruptedException {
        IndexedItem.Visible image = image(kind, id, uri);
        try {
            Content.Picture picture = reader.picture(image.item(), image.position())
                    .orElseThrow(() -> Problem.of(
                                    404,
                                    "no-original",
                                    "the original of %s is no longer in its topic".formatted(image.item()))
                            .exception());
            return Response.ok(picture.bytes(), mediaType(picture))
                    // A drawing may hold scripts: opened by itself it must not run them here.
                    .header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
                    .header("X-Content-Type-Options", "nosniff")
                    .build();
        } catch (InvalidRecordException e) {
            throw Problem.of(404, e.code(), String.valueOf(e.getMessage())).exception();
        }
    }

    private static void requireImage(ItemId item) {
        if (item.kind() != Kind.IMAGE) {
            throw Problem.of(
                            404,
                            "not-found",
                            "only images have pictures, captions and annotations, and %s is none".formatted(item))
                    .exception();
        }
    }

    private IndexedItem.Visible image(String kind, String id, UriInfo uri) {
        ItemId item = item(kind, id);
        requireParameters(uri, Set.of());
        requireImage(item);
        try (IndexSnapshot snapshot = snapshot()) {
            return snapshot.find(item)
                    .filter(IndexedItem.Visible.class::isInstance)
                    .map(IndexedItem.Visible.class::cast)
                    .orElseThrow(() -> unknown(item));
        }
    }

    private static String mediaType(Content.Picture picture) {
        return ImageFormat.of(picture.bytes()).map(ImageFormat::mediaType).orElse(MediaType.APPLICATION_OCTET_STREAM);
    }

    /** A preview comes on a topic of its own: for a moment the image may be known, and its preview not. */
    private Optional<byte[]> awaitPreview(ItemId item) {
        return Uni.createFrom()
                .item(() -> previews.find(item))
                .repeat()
                .withDelay(PREVIEW_INTERVAL)
                .atMost(PREVIEW_PATIENCE.dividedBy(PREVIEW_INTERVAL))
                .filter(Optional::isPresent)
                .toUni()
                .map(found -> found == null ? Optional.<byte[]>empty() : found)
                .await()
                .atMost(PREVIEW_PATIENCE.multipliedBy(5));
    }

    private static Status status(IndexedItem found) {
        ItemId item = found.item();
        return switch (found) {
            case IndexedItem.Visible visible -> {
                String address = item.kind() == Kind.IMAGE ? "/images/" + PathSegment.encode(item.id()) : null;
                yield new Status(
                        kind(item),
                        item.id(),
                        "visible",
                        visible.position().toString(),
                        visible.text(),
                        visible.metadata().isEmpty() ? null : visible.metadata(),
                        address == null ? null : address + "/preview",
                        address == null ? null : address + "/original",
                        null,
                        null);
            }
            case IndexedItem.Rejected rejected ->
                new Status(
                        kind(item),
                        item.id(),
                        "rejected",
                        rejected.position().toString(),
                        null,
                        null,
                        null,
                        null,
                        rejected.reason(),
                        rejected.message());
        };
    }

    private static Response accepted(ItemId item, Position position) {
        return Response.accepted(new Written(kind(item), item.id(), position.toString()))
                .header(POSITION, position.toString())
                .build();
    }

    /** The HTTP headers that are headers of the record: CloudEvents' {@code ce-x} is {@code ce_x} there. */
    private static Map<String, String> recordHeaders(HttpHeaders headers) {
        Map<String, String> record = new LinkedHashMap<>();
        headers.getRequestHeaders().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            String value = values.getFirst();
            switch (lower) {
                case "content-type" -> record.put(lower, value);
                case "glimpse-metadata" -> record.put(lower, utf8(value));
                case "glimpse-caption" -> record.put(lower, percentDecoded(value));
                default -> {
                    if (lower.startsWith("ce-")) {
                        record.put("ce_" + lower.substring(3), percentDecoded(value));
                    }
                }
            }
        });
        return record;
    }

    /** A header's bytes come as characters of Latin-1 (RFC 9110, 5.5, calls them opaque); JSON is UTF-8. */
    private static String utf8(String value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.of(400, "malformed-header", "the header value '%s' is not in UTF-8".formatted(value))
                    .exception();
        }
    }

    private static String percentDecoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.of(
                            400,
                            "malformed-header",
                            "the header value '%s' is not percent-encoded: %s".formatted(value, e.getMessage()))
                    .exception();
        }
    }

    private static ItemId item(String kind, String id) {
        Kind known = Kind.ofPlural(kind)
                .orElseThrow(() -> Problem.of(404, "not-found", "there is nothing at /%s/…".formatted(kind))
                        .exception());
        try {
            return new ItemId(known, id);
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, "invalid-id", String.valueOf(e.getMessage())).exception();
        }
    }

    private static MetadataPatch patch(byte @Nullable [] body) {
        try {
            return MetadataPatch.parse(body == null ? new byte[0] : body);
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, "invalid-patch", String.valueOf(e.getMessage()))
                    .exception();
        }
    }

    /** Which positions have one of the entity tags (RFC 9110, 13.1.1): an item's is its position; it may stand without quotes. */
    private static Predicate<Position> matching(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return any -> true;
        }
        Set<String> tags = Stream.of(ifMatch.split(","))
                .map(tag -> tag.strip().replaceAll("^\"(.*)\"$", "$1"))
                .collect(Collectors.toSet());
        return position -> tags.contains(position.toString());
    }

    private static Position position(ItemId item, String token) {
        try {
            Position position = Position.parse(token);
            if (position.kind() != item.kind()) {
                throw new IllegalArgumentException(
                        "'%s' is no position of %s".formatted(token, item.kind().plural()));
            }
            return position;
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("position", String.valueOf(e.getMessage()));
        }
    }

    private IndexSnapshot snapshot() {
        return view.snapshot()
                .orElseThrow(
                        () -> Problem.of(503, "unavailable", view.absence()).exception());
    }

    private static Parameters requireParameters(UriInfo uri, Set<String> known) {
        return new Parameters(uri.getQueryParameters(), known);
    }

    static ProblemException unknown(ItemId item) {
        return Problem.of(404, "unknown-item", "there is no item %s in the view".formatted(item))
                .exception();
    }

    private static int status(InvalidRecordException e) {
        return switch (e.code()) {
            case "too-large" -> TOO_LARGE;
            case "unsupported-type" -> 415;
            default -> 400;
        };
    }

    private static String kind(ItemId item) {
        return item.kind().word();
    }
}
