/** Where the worker is told its call, and tells how it goes. Protocol: {@link io.aicc.wire.control}. */
@NullMarked
package io.aicc.worker.control;

import org.jspecify.annotations.NullMarked;
