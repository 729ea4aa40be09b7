/** What a worker costs: memory, time to start, CPU. */
@NullMarked
package io.aicc.bench.footprint;

import org.jspecify.annotations.NullMarked;
