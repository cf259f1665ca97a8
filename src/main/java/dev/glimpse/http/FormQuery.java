package dev.glimpse.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.query.Composition;
import dev.glimpse.query.syntax.JsonQuery;
import dev.glimpse.query.syntax.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;

/**
 * A query that is a form. Either its fields are the parameters of an address, and any number of {@code text}, {@code like} and
 * the files {@code image} are put together; or its field {@code query} is the JSON of {@link JsonQuery}, in which a picture is
 * the name of a file of the form.
 */
final class FormQuery {

    private static final String QUERY = "query";
    private static final String IMAGE = "image";
    private static final Set<String> PARTS = Set.of("text", "like", IMAGE);

    private FormQuery() {}

    /** @throws ProblemException if it is no query */
    static JsonQuery read(MultipartFormDataInput form) {
        Map<String, Collection<FormValue>> values = form.getValues();
        check(values);
        Map<String, byte[]> files = new HashMap<>();
        if (!values.containsKey(QUERY)) {
            return JsonQuery.of(fields(values, files), new Named(files));
        }
        byte[] json = new byte[0];
        for (Map.Entry<String, Collection<FormValue>> field : values.entrySet()) {
            String name = field.getKey();
            boolean query = name.equals(QUERY);
            if (field.getValue().size() > 1) {
                throw Parameters.invalid(name, "beside 'query' it must stand there once");
            }
            for (FormValue value : field.getValue()) {
                if (query) {
                    json = bytes(value);
                } else if (value.isFileItem()) {
                    files.put(name, bytes(value));
                } else {
                    throw Parameters.invalid(name, "beside 'query' there may be files; all else stands in its JSON");
                }
            }
        }
        return JsonQuery.read(json, new Named(files));
    }

    private static void check(Map<String, Collection<FormValue>> values) {
        int files = 0;
        for (Map.Entry<String, Collection<FormValue>> field : values.entrySet()) {
            String name = field.getKey();
            if (name == null || name.isBlank()) {
                throw Parameters.invalid("", "each field of the form must have a name");
            }
            if (name.equals("parts")) {
                throw Parameters.invalid(name, "it belongs into the JSON of 'query'");
            }
            for (FormValue value : field.getValue()) {
                files += value.isFileItem() ? 1 : 0;
            }
        }
        // Before any is read.
        if (files > Composition.MAX_PARTS + 1) {
            throw Parameters.invalid(
                    IMAGE, "there are %d files; at most %d parts are taken".formatted(files, Composition.MAX_PARTS));
        }
    }

    private static ObjectNode fields(Map<String, Collection<FormValue>> values, Map<String, byte[]> files) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        int parts = 0;
        for (String name : PARTS) {
            parts += values.getOrDefault(name, List.of()).size();
        }
        for (Map.Entry<String, Collection<FormValue>> field : values.entrySet()) {
            String name = field.getKey();
            for (FormValue value : field.getValue()) {
                if (value.isFileItem() != name.equals(IMAGE)) {
                    throw Parameters.invalid(
                            name, value.isFileItem() ? "it must be no file: 'image' is" : "it must be a file");
                }
                String written;
                if (value.isFileItem()) {
                    written = IMAGE + " " + files.size();
                    files.put(written, bytes(value));
                } else {
                    written = value.getValue();
                }
                if (PARTS.contains(name) && parts > 1) {
                    fields.withArrayProperty("parts").addObject().put(name, written);
                } else if (field.getValue().size() == 1) {
                    fields.put(name, written);
                } else {
                    fields.withArrayProperty(name).add(written);
                }
            }
        }
        return fields;
    }

    private static byte[] bytes(FormValue value) {
        if (!value.isFileItem()) {
            return value.getValue().getBytes(StandardCharsets.UTF_8);
        }
        try (InputStream file = value.getFileItem().getInputStream()) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("a file of the form can't be read", e);
        }
    }

    /** Files by their names. */
    private record Named(Map<String, byte[]> files) implements JsonQuery.Files {

        @Override
        public String rule() {
            return "the name of a file of the form";
        }

        @Override
        public byte[] bytes(String written, JsonQuery.Refusal refusal) {
            byte[] bytes = files.get(written);
            if (bytes == null || bytes.length == 0) {
                throw refusal.of("'%s' is no file of the form, or an empty one".formatted(written));
            }
            return bytes;
        }
    }
}
