/** Our programs as somebody starts them: arguments, what they say, and the status with which they end. */
@NullMarked
package io.aicc.e2e.program;

import org.jspecify.annotations.NullMarked;
