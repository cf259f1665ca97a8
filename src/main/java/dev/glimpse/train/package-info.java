/**
 * Training of a dual encoder on a user's own pairs: no part of the service.
 *
 * <p>In travel order: {@link dev.glimpse.train.TrainCommand} reads a file of pairs, and
 * {@link dev.glimpse.train.TrainingRun} goes through the stages; {@link dev.glimpse.train.Tokens} are
 * learned from its captions; {@link dev.glimpse.train.TrainingSet} holds pictures and token ids;
 * {@link dev.glimpse.train.PairExamples} draws the {@link dev.glimpse.train.Examples} of a step from them, with
 * {@link dev.glimpse.train.SceneExamples} beside where scenes are asked for. {@link dev.glimpse.train.WarmStart} may learn of
 * pictures alone first; on a network of others ({@link dev.glimpse.train.BackboneOptions}) what tells things apart is found before
 * the first step; {@link dev.glimpse.train.Trainer} takes steps against a {@link dev.glimpse.train.Loss},
 * {@link dev.glimpse.train.Proxies} where asked for and {@link dev.glimpse.train.SceneFacts} of drawn scenes, writes {@link dev.glimpse.train.Checkpoint}s and stops when recall on held-out pairs no longer rises;
 * {@link dev.glimpse.train.TextTuning} may go on with captions alone, with a {@link dev.glimpse.train.TextTeacher} of words and a
 * {@link dev.glimpse.train.TokenTable} that begins where those are known to lie, {@link dev.glimpse.train.SceneTuning} with scenes
 * while all else keeps its place, and {@link dev.glimpse.train.RerankerTrainer} train a
 * reranker beside; {@link dev.glimpse.train.ModelWriter} writes what came of it in the Hugging Face ONNX layout.
 */
@NullMarked
package dev.glimpse.train;

import org.jspecify.annotations.NullMarked;
