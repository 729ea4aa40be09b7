/**
 * What becomes of calls. The switchboard knows those of one PBX; a keeper looks after each, all side by side: its CallSession,
 * its taps, its end. Wanted is compared with actual; every step may be repeated.
 */
@NullMarked
package io.aicc.operator.ari.call;

import org.jspecify.annotations.NullMarked;
