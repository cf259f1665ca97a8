package dev.glimpse.train;

import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Tells one training from another by what it learns from, which no recipe says: weights mean something with that alone. */
final class Fingerprint {

    private final MessageDigest digest;

    private Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Of ids and captions, tokens and whatever else is named. What pictures show is not looked at.
     *
     * @param tokenizer a {@code tokenizer.json}
     * @return 64 hex digits
     * @throws IOException if the tokenizer can't be read
     */
    static String of(TrainingRun.Pairs pairs, Path tokenizer, List<String> others) throws IOException {
        Fingerprint of = new Fingerprint();
        of.add(pairs.learned());
        of.add(pairs.heldOut());
        others.forEach(of::add);
        of.digest.update(Files.readAllBytes(tokenizer));
        return HexFormat.of().formatHex(of.digest.digest());
    }

    private void add(List<Pair> pairs) {
        for (Pair pair : pairs) {
            add(pair.id());
            for (Caption caption : pair.captions()) {
                add(caption.text());
                add(caption.language());
                add(String.valueOf(caption.weight()));
            }
            pair.also().forEach(this::add);
        }
        add("");
    }

    private void add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
