/** Engines that recognise nothing, for measuring everything else. */
@NullMarked
package io.aicc.bench.engine;

import org.jspecify.annotations.NullMarked;
