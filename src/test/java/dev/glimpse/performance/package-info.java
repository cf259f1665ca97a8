/** What is measured, with the commands that stand in {@code src/site/markdown/performance.md}. Never part of a test. */
@NullMarked
package dev.glimpse.performance;

import org.jspecify.annotations.NullMarked;
