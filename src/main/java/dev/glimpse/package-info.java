/** Cross-modal search as an event stream. */
@NullMarked
package dev.glimpse;

import org.jspecify.annotations.NullMarked;
