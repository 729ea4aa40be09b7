/** The control plane's programs. */
@NullMarked
package io.aicc.operator;

import org.jspecify.annotations.NullMarked;
