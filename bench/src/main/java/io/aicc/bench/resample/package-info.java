/** What doubling the sample rate costs, beside SoX. */
@NullMarked
package io.aicc.bench.resample;

import org.jspecify.annotations.NullMarked;
