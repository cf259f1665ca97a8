package dev.glimpse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All Java is formatted by palantir-java-format. {@code ./mvnw test -Dtest=SourceFormatTest -Dglimpse.format=apply} formats
 * it. (Spotless would run the formatter in Maven's own, older Java, whose compiler does not read Java 25.)
 */
class SourceFormatTest {

    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build());

    @Test
    void allSourcesAreFormatted() throws IOException, FormatterException {
        boolean apply = "apply".equals(System.getProperty("glimpse.format"));
        List<Path> unformatted = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                String formatted = format(source);
                if (!formatted.equals(source)) {
                    if (apply) {
                        Files.writeString(file, formatted);
                    } else {
                        unformatted.add(file);
                    }
                }
            }
        }
        assertEquals(List.of(), unformatted, "run ./mvnw test -Dtest=SourceFormatTest -Dglimpse.format=apply");
    }

    private static String format(String source) throws FormatterException {
        String tidy = RemoveUnusedImports.removeUnusedImports(
                ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.PALANTIR));
        // Twice: a long chain with comments settles only the second time.
        return FORMATTER.formatSource(FORMATTER.formatSource(tidy));
    }
}
