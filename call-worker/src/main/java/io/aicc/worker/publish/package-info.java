/** Words out: numbers events, keeps the durable ones until every receiver has them, speaks WebSocket. */
@NullMarked
package io.aicc.worker.publish;

import org.jspecify.annotations.NullMarked;
