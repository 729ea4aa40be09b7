/** The charts: as text, and installed on the real API server. */
@NullMarked
package io.aicc.e2e.helm;

import org.jspecify.annotations.NullMarked;
