/** The worker's one call: from its assignment to its summary, and each speaker's way from frames to words. */
@NullMarked
package io.aicc.worker.call;

import org.jspecify.annotations.NullMarked;
