package dev.glimpse.train;

import dev.glimpse.scene.Domain;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Examples of a user's pairs, and drawn scenes beside them where the recipe asks for any. */
final class PairExamples {

    private final Recipe recipe;
    private final TrainingSet set;
    private final SceneExamples scenes;

    /** Pictures of which captions speak as captions of scenes do: what is said of one may be true of the other. */
    private final boolean[] likeScenes;

    private @Nullable Neighbours neighbours;

    PairExamples(Recipe recipe, TrainingSet set, SceneExamples scenes) {
        this.recipe = recipe;
        this.set = set;
        this.scenes = scenes;
        this.likeScenes =
                recipe.scenes() > 0 ? set.saidIn(SceneExamples.words(recipe.seed())) : new boolean[set.size()];
    }

    /** The examples of a step: the same whenever it is taken, but where pictures stand together that look alike by then. */
    Examples of(int step) {
        if (step <= recipe.scenesFirst()) {
            return scenes.of(recipe.domain(step), step, Recipe.SCENES_ALONE, SceneExamples.BINDING);
        }
        return of(choose(step), step);
    }

    /** Captions alone: no picture is drawn. */
    Examples captions(int step, int captionsEach) {
        return set.examples(choose(step), captionsEach, recipe.joined(), null, recipe.seed() * 32_452_843 + step);
    }

    /** Half as many pictures as in other steps, beside twice as many scenes, with twins that are hard to tell apart. */
    Examples mostlyScenes(int step) {
        int[] all = choose(step);
        int[] chosen = Arrays.copyOf(all, Math.max(1, all.length / 2));
        return of(chosen, scenes.of(Domain.WIDE, step, 2 * recipe.scenes(), SceneExamples.HARD), step);
    }

    /** Examples of these pictures. */
    Examples of(int[] chosen, int step) {
        return recipe.scenes() == 0
                ? pairs(chosen, step)
                : of(chosen, scenes.of(Domain.WIDE, step, recipe.scenes(), SceneExamples.BINDING), step);
    }

    private Examples of(int[] chosen, Examples drawn, int step) {
        boolean[] unknown = new boolean[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            unknown[i] = likeScenes[chosen[i]];
        }
        return pairs(chosen, step).with(drawn, unknown, recipe.captions());
    }

    private Examples pairs(int[] chosen, int step) {
        return set.examples(
                chosen,
                recipe.captions(),
                recipe.joined(),
                recipe.augmentation().augmentation(),
                recipe.seed() * 1_000_003 + step);
    }

    /** The same of captions in other tokens. */
    PairExamples in(TrainingSet other, SceneExamples drawn) {
        PairExamples same = new PairExamples(recipe, other, drawn);
        same.neighbours = neighbours;
        return same;
    }

    /** From now on pictures that are taken for alike stand together. */
    void standTogether(Neighbours alike) {
        this.neighbours = alike;
    }

    private int[] choose(int step) {
        Neighbours alike = neighbours;
        int[] chosen = inRounds(step);
        return alike == null
                ? chosen
                : alike.batch(chosen, chosen.length, new SplittableRandom(recipe.seed() * 49_979_687 + step));
    }

    /** Pictures of a step: each once in a round, in an order that the seed and the round's number give. */
    private int[] inRounds(int step) {
        int count = set.size();
        int size = Math.min(recipe.batch(), count);
        int perRound = count / size;
        int round = (step - 1) / perRound;
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(recipe.seed() * 7919 + round);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        int from = (step - 1) % perRound * size;
        return Arrays.copyOfRange(order, from, from + size);
    }
}
