/** What a packet costs in memory that has to be collected again. */
@NullMarked
package io.aicc.bench.alloc;

import org.jspecify.annotations.NullMarked;
