package dev.glimpse.scene.caption;

import dev.glimpse.scene.Claims;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The captions of scenes in one manner: plain, all of what the scene shows in one wording; or free, all or a part of it in
 * one of many wordings. Every caption is the wording of a statement that is true of the scene.
 *
 * @param seed what tells one series of free captions from another
 */
public record Captions(Domain domain, Manner manner, long seed) {

    /** How captions are chosen and put. */
    public enum Manner {
        PLAIN,
        FREE
    }

    private static final long MOST = 1_000;

    /**
     * Captions of one scene, the same for the same number; fewer than asked for where some would be alike, one where
     * they are plain.
     *
     * @param number which scene of the series it is
     * @param most   how many captions, up to {@value #MOST}
     */
    public List<String> of(Scene scene, long number, int most) {
        return told(scene, number, most).stream().map(Told::caption).toList();
    }

    /** A caption and what it claims. */
    public record Told(Statement statement, String caption) {}

    /** The same captions, each with what it claims. */
    public List<Told> told(Scene scene, long number, int most) {
        Map<String, Told> told = new LinkedHashMap<>();
        for (int i = 0; i < most; i++) {
            long which = number * MOST + i;
            Statement statement = statement(scene, which);
            String caption = wording(which).caption(statement);
            told.putIfAbsent(caption, new Told(statement, caption));
        }
        return List.copyOf(told.values());
    }

    /** The wording of that number, for other statements than the scene's own. */
    public Wording wording(long number) {
        return switch (manner) {
            case PLAIN -> new PlainWording();
            case FREE ->
                switch (domain) {
                    case BASIC -> new FreeWording(seed, number);
                    case WIDE -> new LooseWording(seed, number);
                };
        };
    }

    private Statement statement(Scene scene, long number) {
        return switch (manner) {
            case PLAIN -> domain.claim(scene);
            case FREE ->
                switch (domain) {
                    case BASIC -> Draws.of(~seed, number).oneOf(scene.statements());
                    case WIDE -> Claims.some(scene, Draws.of(~seed, number));
                };
        };
    }
}
