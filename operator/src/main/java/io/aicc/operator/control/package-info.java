/** How the operator talks to its workers: tokens, orders, the stream of reports. */
@NullMarked
package io.aicc.operator.control;

import org.jspecify.annotations.NullMarked;
