package dev.glimpse.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.encode.LabelCalibration;
import dev.glimpse.encode.Reranker;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.PreviewWriter;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.pairs.InvalidPairsException;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a model on pairs of pictures and captions, through the classes with which the service encodes. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Measures a model on pairs of pictures and captions.")
public final class EvaluateCommand implements Callable<Integer> {

    /** That of {@link dev.glimpse.encode.EncodeConfig#model()}. */
    static final String MODEL = "classpath:models/glimpse-small";

    /** As {@link dev.glimpse.encode.EncodeConfig} has them. */
    private static final Path MODEL_CACHE = Path.of("data", "models");

    private static final long MAX_PIXELS = 50_000_000;

    /** Which of the pairs. */
    enum Part {
        test,
        validation,
        train,
        all;

        boolean holds(Pair pair) {
            return switch (this) {
                case test -> pair.split() == Split.TEST;
                case validation -> pair.split() == Split.VALIDATION;
                case train -> pair.split() == Split.TRAIN;
                case all -> true;
            };
        }
    }

    @Option(names = "--pairs", required = true, description = "The pairs: .jsonl, .csv or Karpathy's .json.")
    private Path pairs = Path.of("");

    @Option(names = "--model", defaultValue = MODEL, description = "A folder, a zip file, or classpath: and a path.")
    private String model = MODEL;

    @Option(names = "--split", description = "${COMPLETION-CANDIDATES}; by default test if the file has it, else all.")
    private @Nullable Part split;

    @Option(names = "--out", defaultValue = "target/evaluation", description = "The folder of the reports.")
    private Path out = Path.of("");

    @Option(
            names = "--rerank",
            defaultValue = "0",
            description = "So many of the first pictures are put in order anew by the model's reranker; 0 for none.")
    private int rerank;

    @Option(
            names = "--distractors",
            description = "Pairs of which the captions of --pairs are wrong, unless their own have them.")
    private @Nullable Path distractors;

    @Option(
            names = "--calibration",
            description = "Where to write how probable labels are by their similarity: a model's calibration.json.")
    private @Nullable Path calibration;

    @Option(names = "--threads", description = "That decode and infer, 1 or more; by default one a processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException, InvalidPairsException, InterruptedException {
        if (threads < 1) {
            throw new IllegalArgumentException("--threads is %d and must be 1 or more".formatted(threads));
        }
        if (rerank < 0) {
            throw new IllegalArgumentException("--rerank is %d and must be 0 or more".formatted(rerank));
        }
        if (distractors != null && calibration == null) {
            throw new IllegalArgumentException("--distractors are for --calibration, which is not there");
        }
        List<Pair> all = PairsFile.read(pairs);
        Part part = Optional.ofNullable(split).orElse(all.stream().anyMatch(Part.test::holds) ? Part.test : Part.all);
        List<Pair> chosen = all.stream().filter(part::holds).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("%s has no pair of the split %s".formatted(pairs, part));
        }
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model, MODEL_CACHE, 1)) {
            Reranker reranker = rerank == 0 ? null : reranker(encoder);
            ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, encoder.drawingSize());
            EncodedPairs encoded = EncodedPairs.encode(chosen, encoder, decoder, threads, new ProgressLine(chosen));
            for (EncodedPairs.Refused refused : encoded.refused()) {
                System.err.printf("left out: %s: %s%n", refused.image(), refused.why());
            }
            if (encoded.pairs().isEmpty()) {
                throw new IllegalArgumentException("none of the pictures of %s can be decoded".formatted(pairs));
            }
            if (calibration != null) {
                calibrate(calibration, encoded, encoder, decoder);
            }
            Reranked reranked = reranker == null ? null : Reranked.of(encoded, reranker, rerank);
            Cost cost = Cost.of(encoded, encoder, decoder);
            write(Evaluation.of(model, pairs.toString(), part.name(), encoded, cost, reranked), encoded, decoder);
        }
        return 0;
    }

    private void calibrate(Path file, EncodedPairs encoded, OnnxDualEncoder encoder, ImageDecoder decoder)
            throws IOException, InvalidPairsException, InterruptedException {
        LabelFit fit = new LabelFit();
        fit.add(encoded, encoded);
        String measured = "%d pictures of %s".formatted(encoded.pairs().size(), pairs.getFileName());
        if (distractors != null) {
            List<Pair> read = PairsFile.read(distractors);
            EncodedPairs others = EncodedPairs.encode(read, encoder, decoder, threads, new ProgressLine(read));
            fit.add(encoded, others);
            measured += ", %d of %s".formatted(others.pairs().size(), distractors.getFileName());
        }
        LabelCalibration fitted = fit.fit(measured);
        fitted.write(file);
        System.out.printf(
                Locale.ROOT,
                "slope %.3f, intercept %.3f: a label is as probable as not at the similarity %.3f; written to %s%n",
                fitted.slope(),
                fitted.intercept(),
                fitted.similarity(0.5),
                file);
    }

    private Reranker reranker(OnnxDualEncoder encoder) {
        return encoder.reranker()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--rerank needs a model with a reranker, and %s has none".formatted(model)));
    }

    private void write(Evaluation evaluation, EncodedPairs encoded, ImageDecoder decoder) throws IOException {
        Files.createDirectories(out);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(out.resolve("evaluation.json").toFile(), evaluation);
        Path page = out.resolve("evaluation.html");
        Files.writeString(page, HtmlReport.of(evaluation, previews(evaluation, encoded, decoder)));
        System.out.print(TableReport.of(evaluation));
        System.out.printf("%nMore, with the worst misses, in %s%n", page);
    }

    private static Map<String, byte[]> previews(Evaluation evaluation, EncodedPairs encoded, ImageDecoder decoder)
            throws IOException {
        Map<String, Path> files = encoded.pairs().stream().collect(Collectors.toMap(Pair::id, Pair::image));
        Map<String, byte[]> previews = new HashMap<>();
        for (String id : evaluation.worstMisses().stream()
                .flatMap(miss -> Stream.of(miss.right(), miss.first()))
                .distinct()
                .toList()) {
            Path file = Objects.requireNonNull(files.get(id));
            previews.put(id, PreviewWriter.write(EncodedPairs.decodeAgain(decoder, file)));
        }
        return previews;
    }

    /** One line that is written over. */
    private static final class ProgressLine implements IntConsumer {
        private final int total;
        private final long began = System.nanoTime();
        private int done;

        ProgressLine(List<Pair> pairs) {
            this.total = pairs.size() + EncodedPairs.texts(pairs).size();
        }

        @Override
        public void accept(int more) {
            done += more;
            System.err.printf(
                    Locale.ROOT,
                    "\rencoded %d of %d pictures and texts, %.0f s%s",
                    done,
                    total,
                    (System.nanoTime() - began) / 1e9,
                    done == total ? "\n" : "");
        }
    }

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        CommandLine command = new CommandLine(new EvaluateCommand());
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println("evaluate: " + e.getMessage());
            return 1;
        });
        return command.execute(args.length == 0 ? new String[] {"--help"} : args);
    }
}
