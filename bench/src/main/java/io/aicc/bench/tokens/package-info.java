/** Connections that outlive their token. */
@NullMarked
package io.aicc.bench.tokens;

import org.jspecify.annotations.NullMarked;
