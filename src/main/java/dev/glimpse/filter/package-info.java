/**
 * The filter language: which items a query is about, by their metadata.
 *
 * <p>{@link dev.glimpse.filter.FilterParser} reads a {@link dev.glimpse.filter.Filter} from the form that it has in an address;
 * {@link dev.glimpse.filter.MetadataValues} are what an item's metadata holds for one. Engines index those values, each under
 * the type that it has in the JSON: so no two items' metadata can conflict, in whatever order they arrive.
 */
@NullMarked
package dev.glimpse.filter;

import org.jspecify.annotations.NullMarked;
