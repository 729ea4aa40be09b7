/** What a worker adds to the time that recognition takes. */
@NullMarked
package io.aicc.bench.latency;

import org.jspecify.annotations.NullMarked;
