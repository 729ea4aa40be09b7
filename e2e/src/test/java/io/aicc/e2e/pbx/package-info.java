/** The PBX side: a real Asterisk, and what stands in front of it and behind it. */
@NullMarked
package io.aicc.e2e.pbx;

import org.jspecify.annotations.NullMarked;
