/** What keeps the PBX safe from us: a budget of its RTP ports, and of its calls. */
@NullMarked
package io.aicc.operator.ari.guard;

import org.jspecify.annotations.NullMarked;
