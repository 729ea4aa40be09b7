/** What holds for the whole system. */
@NullMarked
package io.aicc.e2e;

import org.jspecify.annotations.NullMarked;
