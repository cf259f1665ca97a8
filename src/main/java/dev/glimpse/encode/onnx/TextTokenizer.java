package dev.glimpse.encode.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.glimpse.encode.EncoderException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The model's tokenizer: texts to token ids, cut at the model's longest input and padded to the longest of the batch.
 * Thread-safe.
 */
final class TextTokenizer implements AutoCloseable {

    private static final int DEFAULT_MAX_LENGTH = 77;

    private final HuggingFaceTokenizer tokenizer;
    private final List<String> specialTokens = new ArrayList<>();

    private TextTokenizer(HuggingFaceTokenizer tokenizer, JsonNode json) {
        this.tokenizer = tokenizer;
        for (JsonNode token : json.path("added_tokens")) {
            String content = token.path("content").asText();
            if (token.path("special").asBoolean() && content.length() > 1) {
                specialTokens.add(content);
            }
        }
    }

    static TextTokenizer open(ModelFiles files) {
        JsonNode config = files.json(ModelFiles.CONFIG);
        int maxLength = config.path("text_config")
                .path("max_position_embeddings")
                .asInt(config.path("max_position_embeddings").asInt(DEFAULT_MAX_LENGTH));
        JsonNode json = files.json(ModelFiles.TOKENIZER);
        try {
            HuggingFaceTokenizer.Builder builder = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(files.folder().resolve(ModelFiles.TOKENIZER))
                    .optTruncation(true)
                    .optMaxLength(maxLength);
            // SigLIP was trained on texts padded to full length, and its tokenizer says so.
            if (json.path("padding").path("strategy").has("Fixed")) {
                builder.optPadToMaxLength();
            } else {
                builder.optPadding(true);
            }
            return new TextTokenizer(builder.build(), json);
        } catch (IOException | RuntimeException e) {
            throw new EncoderException(
                    "%s of the model %s can't be opened: %s"
                            .formatted(ModelFiles.TOKENIZER, files.name(), e.getMessage()),
                    e);
        }
    }

    /** Token ids and attention masks of texts: all of one length. */
    Encoding[] encode(List<String> texts) {
        return tokenizer.batchEncode(
                texts.stream().map(this::withoutSpecialTokens).toList());
    }

    /** A text that spells a special token, such as {@code <|endoftext|>}, must not become one. */
    private String withoutSpecialTokens(String text) {
        String plain = text;
        for (String token : specialTokens) {
            if (plain.contains(token)) {
                plain = plain.replace(token, token.charAt(0) + " " + token.substring(1));
            }
        }
        return plain;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
