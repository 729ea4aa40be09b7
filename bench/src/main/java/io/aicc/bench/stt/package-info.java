/** How late and how wrong the words of each speech engine are. */
@NullMarked
package io.aicc.bench.stt;

import org.jspecify.annotations.NullMarked;
