/**
 * The port of the index by brute force, in memory: every query is compared with every item. It is the oracle against
 * which the other engines are measured, and an engine of its own for small collections.
 */
@NullMarked
package dev.glimpse.index.exact;

import org.jspecify.annotations.NullMarked;
