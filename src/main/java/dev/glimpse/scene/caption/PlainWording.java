package dev.glimpse.scene.caption;

import dev.glimpse.scene.Statement;

/** The one plain wording of each claim: "a red circle above a blue square". */
public record PlainWording() implements Wording {

    private static final Phrasing PHRASING = new Phrasing(new Vocabulary() {});

    @Override
    public String caption(Statement statement) {
        return PHRASING.phrase(statement);
    }
}
