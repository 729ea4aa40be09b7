/** What keeps the PBX safe from us: a budget of RTP ports. */
@NullMarked
package io.aicc.operator.ari.guard;

import org.jspecify.annotations.NullMarked;
