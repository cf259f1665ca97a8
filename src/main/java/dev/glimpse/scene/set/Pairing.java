package dev.glimpse.scene.set;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.glimpse.scene.Twin;
import java.util.List;

/**
 * One line of a scene set.
 *
 * @param image    the picture's path in the set's folder
 * @param captions what is true of it
 * @param also     captions of other lines that are true of it too
 * @param foils    what is false of it, at most one of each kind
 * @param split    {@code test} for a held-out combination, else {@code train}
 */
record Pairing(String image, List<String> captions, List<String> also, List<Foil> foils, String split) {

    Pairing {
        captions = List.copyOf(captions);
        also = List.copyOf(also);
        foils = List.copyOf(foils);
    }

    /**
     * A caption that is nearly true.
     *
     * @param text    the twin's caption, false of this picture
     * @param kind    the respect in which it is false
     * @param instead the caption in the same wording that is true of this picture and false of the twin
     */
    record Foil(
            String text,
            Twin.Kind kind,
            @JsonProperty("true") String instead) {}
}
