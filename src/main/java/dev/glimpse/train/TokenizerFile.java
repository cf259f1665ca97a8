package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes a {@code tokenizer.json}, as Hugging Face's tokenizers read it. */
final class TokenizerFile {

    static final String PADDING = "[PAD]";
    static final String UNKNOWN = "[UNK]";
    static final String BEGIN = "[BOS]";
    static final String END = "[EOS]";

    /** Those with which every vocabulary begins, in this order. */
    static final List<String> SPECIAL = List.of(PADDING, UNKNOWN, BEGIN, END);

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFile() {}

    /**
     * Writes one: texts in lower case and in normalisation form KC, between a token that begins and one that ends them.
     *
     * @param length       the longest input, in tokens, those two included
     * @param preTokenizer JSON: what is never joined to one token
     * @param model        with a vocabulary that begins with {@link #SPECIAL}
     */
    static void write(Path file, int length, String preTokenizer, ObjectNode model) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0");
        json.set("truncation", JSON.readTree("""
                {"direction": "Right", "max_length": %d, "strategy": "LongestFirst", "stride": 0}""".formatted(length)));
        json.set("padding", JSON.readTree("""
                {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                 "pad_type_id": 0, "pad_token": "[PAD]"}"""));
        ArrayNode added = json.putArray("added_tokens");
        for (String token : SPECIAL) {
            added.addObject()
                    .put("id", SPECIAL.indexOf(token))
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        json.set("normalizer", JSON.readTree("""
                {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"},
                 {"type": "Replace", "pattern": {"String": ":"}, "content": " "},
                 {"type": "Replace", "pattern": {"String": "\\u201c"}, "content": ""},
                 {"type": "Replace", "pattern": {"String": "\\u201d"}, "content": ""},
                 {"type": "Replace", "pattern": {"String": "\\u2019"}, "content": "'"}, {"type": "Strip",
                  "strip_left": true, "strip_right": true}]}"""));
        json.set("pre_tokenizer", JSON.readTree(preTokenizer));
        json.set("post_processor", JSON.readTree("""
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "[BOS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                            {"SpecialToken": {"id": "[EOS]", "type_id": 0}}],
                 "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                 "special_tokens": {"[BOS]": {"id": "[BOS]", "ids": [2], "tokens": ["[BOS]"]},
                                    "[EOS]": {"id": "[EOS]", "ids": [3], "tokens": ["[EOS]"]}}}"""));
        json.putNull("decoder");
        json.set("model", model);
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }
}
