package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.caption.Captions;
import dev.glimpse.scene.set.SceneSet;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.TextNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both branches on scenes, while pictures and their captions keep their places. */
@Tag("train")
class SceneTuningIT {

    private static final int STEPS = 60;
    private static final int DIMENSION = 32;

    @TempDir
    private Path folder;

    private final Engine engine = Engine.getEngine("PyTorch");
    private final NDManager manager = engine.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void learnsScenesAndKeepsPicturesAndTextsWhereTheyAre() throws Exception {
        Path drawn = folder.resolve("pairs");
        new SceneSet(Domain.BASIC, 1, Captions.Manner.PLAIN, 2)
                .write(drawn, 24, scene -> !dev.glimpse.scene.Split.isHeldOut(scene));
        List<Pair> pairs = PairsFile.read(drawn.resolve(SceneSet.LINES));
        Path file = folder.resolve("tokenizer.json");
        BytePairs tokens = BytePairs.learn(SceneExamples.captions(1), 1000);
        tokens.write(file, 40);
        Recipe recipe = recipe(tokens.size());
        ImageBranch image = new ImageBranch.Whole(ImageNetwork.small(DIMENSION));
        TextBranch text = new TextBranch.Whole(recipe.textNetwork(tokens.size()), tokens);
        Checkpoint checkpoint = new Checkpoint(folder.resolve("scenes"), "scenes");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(file);
                Trainer trainer =
                        new Trainer(engine, recipe, image, text, new Checkpoint(folder.resolve("none"), "none"))) {
            TrainingSet set = TrainingSet.toLearnFrom(pairs, image, text, tokenizer);
            SceneExamples scenes = new SceneExamples(1, image.size(), tokenizer);
            StillPictures.Material material =
                    new StillPictures.Material(text, set, new PairExamples(recipe, set, scenes), scenes, null);
            float[][] picturesBefore = Trainer.rows(trainer.images(manager, set));
            float[][] textsBefore = Trainer.rows(trainer.texts(manager, set));
            float[] table =
                    trainer.weights().find(TextNetwork.TOKENS).orElseThrow().toFloatArray();
            double lossBefore = loss(trainer, image, text, scenes);
            List<Integer> steps = new ArrayList<>();
            try (StillPictures pictures = new StillPictures(engine, trainer, material);
                    SceneTuning tuning = new SceneTuning(engine, trainer, image, checkpoint)) {
                tuning.run(pictures, listener(steps));
            }

            assertThat(steps).hasSize(STEPS);
            double lossAfter = loss(trainer, image, text, scenes);
            float[][] pictures = Trainer.rows(trainer.images(manager, set));
            double picturesKept = cosine(pictures, picturesBefore);
            double textsKept = cosine(Trainer.rows(trainer.texts(manager, set)), textsBefore);
            System.out.printf(
                    "of other scenes the loss goes from %.3f to %.3f; pictures stay at a cosine of %.3f, texts of %.3f%n",
                    lossBefore, lossAfter, picturesKept, textsKept);
            assertThat(lossAfter).isLessThan(lossBefore - 0.05);
            assertThat(picturesKept).isBetween(0.8, 0.9999);
            assertThat(textsKept).isBetween(0.8, 0.9999);
            assertThat(trainer.weights().find(TextNetwork.TOKENS).orElseThrow().toFloatArray())
                    .isEqualTo(table);
            // All steps are in the checkpoint: nothing is left to do.
            try (StillPictures again = new StillPictures(engine, trainer, material);
                    SceneTuning tuning = new SceneTuning(engine, trainer, image, checkpoint)) {
                tuning.run(again, listener(steps));
            }
            assertThat(steps).hasSize(STEPS);
            assertThat(cosine(Trainer.rows(trainer.images(manager, set)), pictures))
                    .isGreaterThan(0.99999);
        }
    }

    private static Recipe recipe(int vocabulary) {
        return new Recipe(
                Recipe.Text.TRANSFORMER,
                Loss.CONTRASTIVE,
                DIMENSION,
                vocabulary,
                40,
                16,
                1,
                0,
                Augmentation.Strength.LIGHT,
                false,
                false,
                8,
                0,
                1,
                0,
                0,
                "",
                STEPS,
                0.002,
                10,
                0,
                1);
    }

    /** Of scenes that no step draws. */
    private double loss(Trainer trainer, ImageBranch image, TextBranch text, SceneExamples scenes) {
        try (NDManager at = manager.newSubManager()) {
            Batch batch =
                    scenes.of(Domain.BASIC, 100_000, 32, SceneExamples.HARD).batch(at);
            NDArrayOperators on = new NDArrayOperators(at, trainer.weights(), false);
            NDArray images =
                    NDArrayOperators.normalised(image.see(on, batch.pictures()).embeddings());
            NDList texts = new NDList();
            batch.captions().forEach(of -> texts.add(text.embed(on, of.input(), of.mask())));
            return Loss.CONTRASTIVE
                    .of(batch, images, NDArrayOperators.normalised(NDArrays.concat(texts, 0)), on, 1, 20)
                    .getFloat();
        }
    }

    private static Trainer.Listener listener(List<Integer> steps) {
        return new Trainer.Listener() {
            @Override
            public void step(int step, double loss) {
                steps.add(step);
            }

            @Override
            public void measured(Progress progress) {}

            @Override
            public void leftOut(int step) {
                throw new AssertionError("step %d was left out".formatted(step));
            }
        };
    }

    private static double cosine(float[][] rows, float[][] others) {
        double sum = 0;
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < rows[row].length; i++) {
                sum += rows[row][i] * others[row][i];
            }
        }
        return sum / rows.length;
    }
}
