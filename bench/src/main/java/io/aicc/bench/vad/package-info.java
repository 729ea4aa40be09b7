/** How well speech is told from everything else. */
@NullMarked
package io.aicc.bench.vad;

import org.jspecify.annotations.NullMarked;
