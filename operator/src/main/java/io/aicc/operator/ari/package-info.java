/** The ARI controller: turns the calls of one PBX into CallSessions, and taps them for their workers. */
@NullMarked
package io.aicc.operator.ari;

import org.jspecify.annotations.NullMarked;
