/** How the types of the wire become JSON and back. */
@NullMarked
package io.aicc.wire;

import org.jspecify.annotations.NullMarked;
