package dev.glimpse.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The emoji art: Twemoji's drawings (CC BY 4.0) with names by Unicode CLDR and groups and versions by emojibase-data.
 * {@code META-INF/NOTICE-demo.txt} tells their authors and licences; {@code src/main/corpus} makes the file.
 */
public final class EmojiCorpus {

    private static final String FILE = "/demo/twemoji.jsonl.gz";

    private EmojiCorpus() {}

    /**
     * One picture.
     *
     * @param id       {@code emoji-} and its code points in hexadecimal, joined by {@code -}
     * @param name     its English short name
     * @param metadata its group, subgroup and emoji version, as JSON
     * @param svg      the drawing
     */
    public record Emoji(String id, String name, String metadata, String svg) {}

    /** All pictures, by id. */
    public static List<Emoji> read() {
        ObjectMapper json = new ObjectMapper();
        List<Emoji> all = new ArrayList<>();
        try (InputStream file = EmojiCorpus.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("the sample corpus %s is missing".formatted(FILE));
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    JsonNode emoji = json.readTree(line);
                    ObjectNode metadata = json.createObjectNode();
                    metadata.set("group", emoji.get("group"));
                    metadata.set("subgroup", emoji.get("subgroup"));
                    metadata.set("version", emoji.get("version"));
                    all.add(new Emoji(
                            emoji.get("id").textValue(),
                            emoji.get("name").textValue(),
                            metadata.toString(),
                            emoji.get("svg").textValue()));
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
