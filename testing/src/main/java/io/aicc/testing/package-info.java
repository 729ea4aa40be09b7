/** What tests of several modules have in common. */
@NullMarked
package io.aicc.testing;

import org.jspecify.annotations.NullMarked;
