/**
 * What Glimpse searches for. An {@link dev.glimpse.item.ItemId} names an item: its {@link dev.glimpse.item.Kind} and an
 * id of the sender's. It has a {@link dev.glimpse.item.Content} (a picture of some {@link dev.glimpse.item.ImageFormat}, words, or a reference to a picture), may
 * have {@link dev.glimpse.item.Metadata}, and each of its versions stands at one
 * {@link dev.glimpse.item.Position} of a source topic.
 *
 * <p>Imports no other package of Glimpse.
 */
@NullMarked
package dev.glimpse.item;

import org.jspecify.annotations.NullMarked;
