/**
 * Measuring of a model on a user's own pairs: no part of the service.
 *
 * <p>In travel order: {@link dev.glimpse.evaluate.EvaluateCommand} reads a file of pairs; {@link
 * dev.glimpse.evaluate.EncodedPairs} holds what the service's own classes make of them; {@link
 * dev.glimpse.evaluate.Captions} says which text is right of which picture; {@link dev.glimpse.evaluate.Retrieval} ranks;
 * {@link dev.glimpse.evaluate.Recall}, {@link dev.glimpse.evaluate.MinimalPairs} and {@link
 * dev.glimpse.evaluate.Calibration} count; {@link dev.glimpse.evaluate.Evaluation} is all of it, which {@link
 * dev.glimpse.evaluate.TableReport} and {@link dev.glimpse.evaluate.HtmlReport} show.
 */
@NullMarked
package dev.glimpse.evaluate;

import org.jspecify.annotations.NullMarked;
