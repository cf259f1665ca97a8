package dev.glimpse.scene.set;

import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Split;
import dev.glimpse.scene.caption.Captions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a set of scenes, to train on or to measure on. */
@Command(
        name = "scenes",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Writes drawn scenes with captions true and false.")
public final class ScenesCommand implements Callable<Integer> {

    @Option(names = "--out", required = true, description = "A folder: images and " + SceneSet.LINES + ".")
    private Path out = Path.of("");

    @Option(names = "--count", defaultValue = "1000", description = "How many.")
    private int count;

    @Option(names = "--domain", defaultValue = "WIDE", description = "${COMPLETION-CANDIDATES}")
    private Domain domain = Domain.WIDE;

    @Option(
            names = "--combinations",
            defaultValue = "HELD_OUT",
            description = "${COMPLETION-CANDIDATES}: a tenth is kept out of training.")
    private Split combinations = Split.HELD_OUT;

    @Option(
            names = "--wording",
            defaultValue = "PLAIN",
            description = "${COMPLETION-CANDIDATES}: all in one wording, or all or a part in one of many.")
    private Captions.Manner wording = Captions.Manner.PLAIN;

    @Option(names = "--captions", defaultValue = "1", description = "Of a picture, at most.")
    private int captions;

    @Option(
            names = "--seed",
            defaultValue = "2",
            description = "Tells one set from another; training draws by its own.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        new SceneSet(domain, seed, wording, captions).write(out, count, combinations);
        SceneGenerator generator = new SceneGenerator(domain, seed);
        List<Scene> scenes = LongStream.range(0, count)
                .mapToObj(n -> generator.scene(n, combinations))
                .toList();
        System.out.printf("%d scenes in %s%n", count, out);
        for (Relation relation : Relation.values()) {
            System.out.printf(
                    "%6d show something %s something%n",
                    scenes.stream().filter(relation::isShownBy).count(),
                    relation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return 0;
    }

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ScenesCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args.length == 0 ? new String[] {"--help"} : args));
    }
}
