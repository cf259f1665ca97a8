package dev.glimpse.pairs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads files of pairs, UTF-8, by their ending:
 *
 * <ul>
 *   <li>{@code .jsonl}: an object a line, {@code image} (a path from the file's folder) and {@code captions} (texts, or
 *       objects of {@code text}, {@code language} and {@code weight}); as they are wanted {@code id}, {@code split},
 *       {@code also} (texts of other pairs' captions that are right here too) and {@code foils} (objects of {@code text},
 *       {@code kind} and {@code true}, the right caption that it is like);
 *   <li>{@code .csv} (RFC 4180) with a header: {@code image}, {@code caption}, and as they are wanted {@code language},
 *       {@code split} and {@code id}; rows of one image are its captions;
 *   <li>{@code .json} as Karpathy and Fei-Fei's splits of COCO and Flickr30k (2015, arXiv:1412.2306): {@code images} with
 *       {@code filename}, {@code filepath}, {@code split} and {@code sentences} of {@code raw} texts.
 * </ul>
 */
public final class PairsFile {

    private static final String ENGLISH = "en";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Path folder;
    private final Map<String, Pair> pairs = new LinkedHashMap<>();

    private PairsFile(Path file) {
        this.file = file;
        this.folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
    }

    /**
     * Reads all pairs, in the file's order.
     *
     * @throws InvalidPairsException if there is no such file, a rule is broken, a picture is missing or lies outside the file's folder, or there is
     *                               no pair
     * @throws IOException           if the file can't be read
     */
    public static List<Pair> read(Path file) throws IOException, InvalidPairsException {
        if (!Files.isRegularFile(file)) {
            throw new InvalidPairsException("there is no file %s".formatted(file));
        }
        PairsFile reader = new PairsFile(file);
        String name = file.getFileName().toString();
        if (name.endsWith(".jsonl")) {
            reader.readLines();
        } else if (name.endsWith(".csv")) {
            reader.readRows();
        } else if (name.endsWith(".json")) {
            reader.readImages();
        } else {
            throw new InvalidPairsException("%s must end in .jsonl, .csv or .json".formatted(file));
        }
        if (reader.pairs.isEmpty()) {
            throw new InvalidPairsException("%s holds no pair".formatted(file));
        }
        return List.copyOf(reader.pairs.values());
    }

    private void readLines() throws IOException, InvalidPairsException {
        int number = 0;
        for (String line : lines()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String at = "line " + number;
            JsonNode json;
            try {
                json = JSON.readTree(line);
            } catch (JsonProcessingException e) {
                throw new InvalidPairsException(
                        "%s, %s: no JSON object: %s".formatted(file, at, e.getOriginalMessage()), e);
            }
            String image = text(json, "image", at);
            List<Caption> captions = new ArrayList<>();
            for (JsonNode caption : json.path("captions")) {
                captions.add(
                        caption.isTextual()
                                ? caption(caption.textValue(), ENGLISH, 1, at)
                                : caption(
                                        text(caption, "text", at),
                                        caption.path("language").asText(ENGLISH),
                                        caption.path("weight").asDouble(1),
                                        at));
            }
            List<Foil> foils = new ArrayList<>();
            for (JsonNode foil : json.path("foils")) {
                String instead = foil.has("true") || captions.isEmpty()
                        ? text(foil, "true", at)
                        : captions.getFirst().text();
                foils.add(new Foil(text(foil, "text", at), text(foil, "kind", at), instead));
            }
            List<String> also = new ArrayList<>();
            for (JsonNode text : json.path("also")) {
                also.add(text.asText());
            }
            add(
                    json.path("id").asText(image),
                    image,
                    captions,
                    also,
                    foils,
                    json.path("split").asText("train"),
                    at);
        }
    }

    private List<String> lines() throws IOException, InvalidPairsException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new InvalidPairsException("%s is not in UTF-8".formatted(file), e);
        }
    }

    private void readRows() throws IOException, InvalidPairsException {
        CsvMapper csv = CsvMapper.builder()
                .enable(CsvParser.Feature.TRIM_SPACES)
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .build();
        try (MappingIterator<Map<String, String>> rows = csv.readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(file.toFile())) {
            while (rows.hasNextValue()) {
                String at = "line " + rows.getCurrentLocation().getLineNr();
                Map<String, String> row = rows.nextValue();
                String image = column(row, "image", at);
                Caption caption = caption(column(row, "caption", at), orElse(row, "language", ENGLISH), 1, at);
                String id = orElse(row, "id", image);
                String split = orElse(row, "split", "train");
                Pair known = pairs.get(id);
                List<Caption> captions = new ArrayList<>(known == null ? List.of() : known.captions());
                captions.add(caption);
                pairs.remove(id);
                add(id, image, captions, List.of(), List.of(), split, at);
                Pair now = Objects.requireNonNull(pairs.get(id));
                if (known != null
                        && (now.split() != known.split() || !now.image().equals(known.image()))) {
                    throw new InvalidPairsException(
                            "%s, %s: '%s' is %s in the split %s, and was %s in %s in a row before"
                                    .formatted(file, at, id, now.image(), now.split(), known.image(), known.split()));
                }
            }
        } catch (JsonProcessingException e) {
            throw new InvalidPairsException("%s: no CSV: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private static String orElse(Map<String, String> row, String name, String otherwise) {
        String value = row.get(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    private String column(Map<String, String> row, String name, String at) throws InvalidPairsException {
        String value = row.get(name);
        if (value == null || value.isBlank()) {
            throw new InvalidPairsException("%s, %s: the column '%s' is needed".formatted(file, at, name));
        }
        return value;
    }

    private void readImages() throws IOException, InvalidPairsException {
        JsonNode json;
        try {
            json = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new InvalidPairsException("%s: no JSON: %s".formatted(file, e.getOriginalMessage()), e);
        }
        int number = 0;
        for (JsonNode image : json.path("images")) {
            String at = "image " + number++;
            String under = image.path("filepath").asText("");
            String name = text(image, "filename", at);
            List<Caption> captions = new ArrayList<>();
            for (JsonNode sentence : image.path("sentences")) {
                captions.add(caption(text(sentence, "raw", at), ENGLISH, 1, at));
            }
            String path = under.isEmpty() ? name : under + "/" + name;
            add(path, path, captions, List.of(), List.of(), text(image, "split", at), at);
        }
    }

    private String text(JsonNode json, String name, String at) throws InvalidPairsException {
        JsonNode value = json.path(name);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw new InvalidPairsException("%s, %s: '%s' must be a text".formatted(file, at, name));
        }
        return value.textValue();
    }

    private Caption caption(String text, String language, double weight, String at) throws InvalidPairsException {
        if (text.isBlank()) {
            throw new InvalidPairsException("%s, %s: a caption must not be blank".formatted(file, at));
        }
        try {
            return new Caption(text.strip(), language, weight);
        } catch (IllegalArgumentException e) {
            throw new InvalidPairsException("%s, %s: %s".formatted(file, at, e.getMessage()), e);
        }
    }

    private void add(
            String id,
            String image,
            List<Caption> captions,
            List<String> also,
            List<Foil> foils,
            String split,
            String at)
            throws InvalidPairsException {
        Path path = folder.resolve(image).normalize();
        if (!path.startsWith(folder)) {
            throw new InvalidPairsException("%s, %s: %s lies outside the file's folder".formatted(file, at, image));
        }
        if (!Files.isRegularFile(path)) {
            throw new InvalidPairsException("%s, %s: there is no picture %s".formatted(file, at, path));
        }
        if (captions.isEmpty()) {
            throw new InvalidPairsException("%s, %s: 'captions' must hold at least one".formatted(file, at));
        }
        Split of;
        try {
            of = Split.of(split);
        } catch (IllegalArgumentException e) {
            throw new InvalidPairsException("%s, %s: %s".formatted(file, at, e.getMessage()), e);
        }
        Pair pair = new Pair(id, path, List.copyOf(captions), List.copyOf(also), List.copyOf(foils), of);
        if (pairs.put(id, pair) != null) {
            throw new InvalidPairsException("%s, %s: the id '%s' is there already".formatted(file, at, id));
        }
    }
}
