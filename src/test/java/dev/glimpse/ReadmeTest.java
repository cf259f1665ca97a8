package dev.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README is true of the repository. */
class ReadmeTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");
    private static final Pattern PATH = Pattern.compile("`((?:src|deploy|\\.ci|\\.mvn)/[^`\\s]*)`");
    private static final Pattern KEY = Pattern.compile("`(glimpse\\.[a-z.-]+)`");

    private final String readme;

    ReadmeTest() throws IOException {
        readme = Files.readString(Path.of("README.md"));
    }

    @Test
    void everyPathThatItNamesExists() {
        List<String> paths = Stream.of(LINK, PATH)
                .flatMap(pattern -> pattern.matcher(readme).results())
                .map(result -> result.group(1))
                .toList();

        assertThat(paths)
                .hasSizeGreaterThan(5)
                .allSatisfy(path -> assertThat(Path.of(path)).exists());
    }

    @Test
    void itsConfigurationTableNamesEveryKeyAndNoOther() throws IOException {
        List<String> named = KEY.matcher(readme)
                .results()
                .map(result -> result.group(1))
                .distinct()
                .sorted()
                .toList();
        List<String> known = keys();

        assertThat(named).containsAll(known);
        assertThat(known)
                .containsAll(named.stream()
                        .filter(key -> !List.of("glimpse.data", "glimpse.namespace", "glimpse.instance")
                                .contains(key))
                        // The names of topics look alike.
                        .filter(
                                key -> !key.matches(
                                        "glimpse\\.(images|texts|labels|previews|dead-letters|queries|matches|annotations|embeddings\\..*|demo)"))
                        .toList());
    }

    @Test
    void itsTenLinesAreThoseOfThePage() throws IOException {
        String page = Files.readString(Path.of("src/main/resources/META-INF/resources/page.js"));
        Matcher lines =
                Pattern.compile("function keep\\(.*?\\n}\\n", Pattern.DOTALL).matcher(page);

        assertThat(lines.find()).isTrue();
        assertThat(readme).contains(lines.group());
    }

    /** The keys of the configuration's interfaces, from their sources. */
    private static List<String> keys() throws IOException {
        Pattern prefix = Pattern.compile("@ConfigMapping\\(prefix = \"([^\"]+)\"\\)");
        Pattern method = Pattern.compile("\\n    [A-Za-z<>]+ ([a-zA-Z]+)\\(\\);");
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(path -> path.toString().endsWith("Config.java"))
                    .flatMap(path -> {
                        String source = read(path);
                        Matcher found = prefix.matcher(source);
                        assertThat(found.find()).isTrue();
                        String first = found.group(1);
                        return method.matcher(source).results().map(result -> key(first, source, result.group(1)));
                    })
                    .sorted()
                    .toList();
        }
    }

    private static String key(String prefix, String source, String method) {
        int at = source.indexOf(" " + method + "()");
        boolean parent = source.lastIndexOf("@WithParentName", at) > source.lastIndexOf(";", at);
        return parent
                ? prefix
                : prefix + "." + method.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
