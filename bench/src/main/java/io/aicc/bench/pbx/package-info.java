/** What a PBX and the ARI controller carry: calls at the same time, calls a second, and what tapping them costs. */
@NullMarked
package io.aicc.bench.pbx;

import org.jspecify.annotations.NullMarked;
