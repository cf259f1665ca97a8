package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairsTest {

    private static final List<String> TEXTS = List.of(
            "a red circle above a blue square",
            "a red circle left of a red square",
            "two red circles",
            "ein roter Kreis über einem Quadrat",
            "赤い円",
            "красный круг");

    @TempDir
    Path folder;

    @Test
    void learnsWordsThatComeOftenAndKnowsEveryText() throws IOException {
        try (HuggingFaceTokenizer tokenizer = open(BytePairs.learn(TEXTS, 400))) {
            Encoding known = tokenizer.encode("A red circle");
            Encoding foreign = tokenizer.encode("żółć 🦊 …");

            assertThat(known.getTokens()).containsExactly("[BOS]", "Ġa", "Ġred", "Ġcircle", "[EOS]");
            assertThat(foreign.getTokens()).doesNotContain("[UNK]");
            assertThat(foreign.getIds()).hasSizeGreaterThan(6);
        }
    }

    @Test
    void keepsToItsSizeAndGivesTheSameAgain() throws IOException {
        BytePairs once = BytePairs.learn(TEXTS, 280);

        assertThat(once.size()).isEqualTo(280);
        assertThat(Files.readString(write(once))).isEqualTo(Files.readString(write(BytePairs.learn(TEXTS, 280))));
    }

    @Test
    void saysWhatItsTokensStandFor() throws IOException {
        BytePairs pairs = BytePairs.learn(TEXTS, 400);

        List<String> texts = pairs.texts();

        assertThat(texts).hasSize(pairs.size());
        assertThat(texts.subList(0, 4)).containsOnly("");
        try (HuggingFaceTokenizer tokenizer = open(pairs)) {
            Encoding encoding = tokenizer.encode("a red circle");
            assertThat(Arrays.stream(encoding.getIds()).mapToObj(id -> texts.get((int) id)))
                    .containsExactly("", "a", "red", "circle", "");
            // The first byte of a character is no text.
            assertThat(texts.get((int) tokenizer.encode("\u0142").getIds()[1])).isEmpty();
        }
    }

    @Test
    void joinsAPairThatIsSeldomerSinceAnotherTookItsPlace() throws IOException {
        BytePairs pairs = BytePairs.learn(List.of("bcbc", "bcbc", "bcbc", "bcbc", "bcbc", "cb", "cb"), 1000);

        try (HuggingFaceTokenizer tokenizer = open(pairs)) {
            assertThat(tokenizer.encode("xcb").getTokens()).containsExactly("[BOS]", "Ġ", "x", "cb", "[EOS]");
        }
    }

    @Test
    void stopsWhereNoPairComesTwice() {
        assertThat(BytePairs.learn(List.of("ab"), 1000).size()).isEqualTo(260);
    }

    private Path write(BytePairs pairs) throws IOException {
        Path file = Files.createTempFile(folder, "tokenizer", ".json");
        pairs.write(file, 40);
        return file;
    }

    private HuggingFaceTokenizer open(BytePairs pairs) throws IOException {
        return HuggingFaceTokenizer.newInstance(write(pairs));
    }
}
