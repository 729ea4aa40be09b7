/** Plays calls as a PBX would place them: a CallSession, two RTP streams, a hang-up. Stands in for Asterisk and the ARI controller. */
@NullMarked
package io.aicc.demo.player;

import org.jspecify.annotations.NullMarked;
