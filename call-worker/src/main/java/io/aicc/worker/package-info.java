/** The program that handles exactly one call. */
@NullMarked
package io.aicc.worker;

import org.jspecify.annotations.NullMarked;
