package dev.glimpse.ingest;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Labels that come from a file. */
@ConfigMapping(prefix = "glimpse.labels")
public interface LabelConfig {

    /**
     * A file of labels, which are written to their topic when the service starts, where they are not there already: a label a line,
     * as its text, which is its id too, or as JSON, {@code {"id": "…", "text": "…", "vocabulary": "…", "templates": ["…"]}}.
     */
    Optional<Path> file();
}
