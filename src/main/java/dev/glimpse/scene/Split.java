package dev.glimpse.scene;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Keeps a tenth of the combinations of two objects for evaluation, so that a model is asked for some that training never
 * showed it. A scene of two or three objects is held out if any two of them are; scenes of one kind of object never are.
 */
public enum Split implements Predicate<Scene> {
    ANY,
    TRAINED,
    HELD_OUT;

    private static final int SHARE = 10;

    /** Whether the scene belongs to it. */
    @Override
    public boolean test(Scene scene) {
        return switch (this) {
            case ANY -> true;
            case TRAINED -> !isHeldOut(scene);
            case HELD_OUT -> isHeldOut(scene);
        };
    }

    /** Whether two unlike objects of the scene are a held-out combination. */
    public static boolean isHeldOut(Scene scene) {
        List<Figure> figures =
                scene.figures().stream().map(PlacedFigure::figure).distinct().toList();
        return figures.stream()
                .anyMatch(one -> figures.stream().anyMatch(other -> !one.equals(other) && isHeldOut(one, other)));
    }

    /**
     * Whether the combination is held out, by colour and shape alone: if the CRC-32 of "blue square, red circle", the
     * plain words in alphabetical order, is a multiple of ten. Both orders go together, since every relation is told
     * from either end: with one order held out and the other trained, the same picture would be on both sides.
     */
    public static boolean isHeldOut(Figure first, Figure second) {
        List<String> words = Stream.of(words(first), words(second)).sorted().toList();
        var crc = new CRC32();
        crc.update(String.join(", ", words).getBytes(StandardCharsets.UTF_8));
        return crc.getValue() % SHARE == 0;
    }

    private static String words(Figure figure) {
        return figure.colour().word() + ' ' + figure.shape().word();
    }
}
