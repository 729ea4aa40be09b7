/** The API as the real API server sees it. */
@NullMarked
package io.aicc.e2e.crd;

import org.jspecify.annotations.NullMarked;
