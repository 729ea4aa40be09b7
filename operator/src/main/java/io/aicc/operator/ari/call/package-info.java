/** One call after the other: its CallSession, its taps, its end. Wanted is compared with actual; every step may be repeated. */
@NullMarked
package io.aicc.operator.ari.call;

import org.jspecify.annotations.NullMarked;
