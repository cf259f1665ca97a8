package dev.glimpse.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairsFileTest {

    @TempDir
    Path folder;

    @BeforeEach
    void putPictures() throws IOException {
        Files.createDirectories(folder.resolve("sub"));
        Files.write(folder.resolve("a.png"), new byte[1]);
        Files.write(folder.resolve("sub/b.png"), new byte[1]);
    }

    @Test
    void readsObjectsALine() throws Exception {
        List<Pair> pairs = read(
                "pairs.jsonl",
                """
                {"image": "a.png", "captions": ["a red circle", {"text": "ein roter Kreis", "language": "de", "weight": 2.5}], "also": ["rain"]}

                {"id": "b", "image": "sub/b.png", "captions": [" rain "], "split": "val",
                """.replace(
                                "\"val\",\n",
                                "\"val\", \"foils\": [{\"text\": \"snow\", \"kind\": \"weather\"}, {\"text\": \"no cloud\", \"kind\": \"sky\", \"true\": \"clouds\"}]}\n"));

        assertThat(pairs)
                .containsExactly(
                        new Pair(
                                "a.png",
                                folder.resolve("a.png"),
                                List.of(new Caption("a red circle", "en"), new Caption("ein roter Kreis", "de", 2.5)),
                                List.of("rain"),
                                List.of(),
                                Split.TRAIN),
                        new Pair(
                                "b",
                                folder.resolve("sub/b.png"),
                                List.of(new Caption("rain", "en")),
                                List.of(),
                                List.of(new Foil("snow", "weather", "rain"), new Foil("no cloud", "sky", "clouds")),
                                Split.VALIDATION));
    }

    @Test
    void readsRowsOfOnePictureAsItsCaptions() throws Exception {
        List<Pair> pairs = read("pairs.csv", """
                image,caption,language,split
                a.png,"a red, round thing",en,test
                a.png,"ein ""rotes"" Ding",de,test
                sub/b.png,rain,en,train
                """);

        assertThat(pairs).extracting(Pair::id).containsExactly("a.png", "sub/b.png");
        assertThat(pairs.getFirst().captions())
                .containsExactly(new Caption("a red, round thing", "en"), new Caption("ein \"rotes\" Ding", "de"));
        assertThat(pairs.getFirst().split()).isEqualTo(Split.TEST);
    }

    @Test
    void takesEmptyCellsForNone() throws Exception {
        List<Pair> pairs = read("pairs.csv", """
                image,caption,language,split,id
                a.png,rain,,,
                """);

        assertThat(pairs)
                .containsExactly(new Pair(
                        "a.png",
                        folder.resolve("a.png"),
                        List.of(new Caption("rain", "en")),
                        List.of(),
                        List.of(),
                        Split.TRAIN));
    }

    @Test
    void refusesRowsOfOnePictureThatContradict() {
        assertThatThrownBy(() -> read("pairs.csv", """
                        image,caption,split
                        a.png,rain,train
                        a.png,snow,test
                        """))
                .isInstanceOf(InvalidPairsException.class)
                .hasMessageContaining("in the split TEST, and was");
    }

    @Test
    void namesAFileThatIsNotThereOrNotInUtf8() throws Exception {
        Path latin = Files.write(folder.resolve("latin.jsonl"), new byte[] {'"', (byte) 0xe4, '"'});

        assertThatThrownBy(() -> PairsFile.read(latin)).hasMessageEndingWith("latin.jsonl is not in UTF-8");
        assertThatThrownBy(() -> PairsFile.read(folder.resolve("none.csv")))
                .isInstanceOf(InvalidPairsException.class)
                .hasMessageStartingWith("there is no file ")
                .hasMessageEndingWith("none.csv");
    }

    @Test
    void readsKarpathysSplits() throws Exception {
        List<Pair> pairs = read("dataset.json", """
                {"images": [
                  {"filename": "a.png", "split": "restval", "sentences": [{"raw": "A circle."}, {"raw": "Red."}]},
                  {"filepath": "sub", "filename": "b.png", "split": "test", "sentences": [{"raw": "Rain."}]}]}
                """);

        assertThat(pairs).extracting(Pair::split).containsExactly(Split.TRAIN, Split.TEST);
        assertThat(pairs.getFirst().captions()).extracting(Caption::text).containsExactly("A circle.", "Red.");
        assertThat(pairs.getLast().image()).isEqualTo(folder.resolve("sub/b.png"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"image": "c.png", "captions": ["x"]}                    | line 1: there is no picture
            {"image": "../a.png", "captions": ["x"]}                 | line 1: ../a.png lies outside the file's folder
            {"image": "a.png", "captions": []}                       | line 1: 'captions' must hold at least one
            {"image": "a.png", "captions": [" "]}                    | line 1: a caption must not be blank
            {"image": "a.png"                                        | line 1: no JSON object
            {"captions": ["x"]}                                      | line 1: 'image' must be a text
            {"image": "a.png", "captions": ["x"], "split": "exam"}   | line 1: the split 'exam' is unknown
            """)
    void namesThePlaceAndTheRule(String line, String message) {
        assertThatThrownBy(() -> read("pairs.jsonl", line))
                .isInstanceOf(InvalidPairsException.class)
                .hasMessageContaining("pairs.jsonl")
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnIdTwiceAnEmptyFileAndAnUnknownEnding() {
        String line = "{\"image\": \"a.png\", \"captions\": [\"x\"]}\n";

        assertThatThrownBy(() -> read("pairs.jsonl", line + line)).hasMessageEndingWith("'a.png' is there already");
        assertThatThrownBy(() -> read("pairs.jsonl", "\n")).hasMessageEndingWith("holds no pair");
        assertThatThrownBy(() -> read("pairs.txt", line)).hasMessageEndingWith("must end in .jsonl, .csv or .json");
    }

    private List<Pair> read(String name, String content) throws Exception {
        return PairsFile.read(Files.writeString(folder.resolve(name), content));
    }
}
