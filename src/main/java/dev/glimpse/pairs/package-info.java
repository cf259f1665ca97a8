/** Pictures and what is said of them, as users have them in files: what is trained on, and measured on. */
@NullMarked
package dev.glimpse.pairs;

import org.jspecify.annotations.NullMarked;
