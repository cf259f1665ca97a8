/** Cross-modal search as an event stream. */
@org.jspecify.annotations.NullMarked
package dev.glimpse;
