/**
 * Training of a dual encoder on a user's own pairs: no part of the service.
 *
 * <p>In travel order: {@link dev.glimpse.train.TrainCommand} reads a file of pairs; {@link dev.glimpse.train.BytePairs}
 * learns a tokenizer from its captions; {@link dev.glimpse.train.TrainingSet} holds pictures and token ids, and makes
 * batches of them; {@link dev.glimpse.train.Trainer} takes steps against a {@link dev.glimpse.train.Loss}, writes
 * {@link dev.glimpse.train.Checkpoint}s and stops when recall on held-out pairs no longer rises;
 * {@link dev.glimpse.train.ModelWriter} writes the best as a model in the Hugging Face ONNX layout.
 */
@NullMarked
package dev.glimpse.train;

import org.jspecify.annotations.NullMarked;
