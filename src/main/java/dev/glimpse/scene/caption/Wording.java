package dev.glimpse.scene.caption;

import dev.glimpse.scene.Statement;

/** How a claim is put into English: the caption of a {@link Statement}, in lower case and without a full stop. */
public sealed interface Wording permits PlainWording, FreeWording, LooseWording {

    /** The statement in words; the same for the same wording and statement. */
    String caption(Statement statement);
}
