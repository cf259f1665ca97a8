package dev.glimpse.pairs;

import java.nio.file.Path;
import java.util.List;

/**
 * A picture and what is said of it.
 *
 * @param id       unlike any other in the file
 * @param image    where the picture lies
 * @param captions at least one
 * @param also     captions of other pairs that are right of it too, beside those that are equal to its own
 * @param foils    captions that are wrong of it
 * @param split    what the pair is there for
 */
public record Pair(String id, Path image, List<Caption> captions, List<String> also, List<Foil> foils, Split split) {}
