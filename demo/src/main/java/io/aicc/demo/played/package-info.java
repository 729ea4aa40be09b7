/** Workers that are only played, for looking at the operator alone: real pods, real control channel, no audio. */
@NullMarked
package io.aicc.demo.played;

import org.jspecify.annotations.NullMarked;
