/** Worker processes in live calls, without an operator: started, told their call, spoken to. */
@NullMarked
package io.aicc.bench.fleet;

import org.jspecify.annotations.NullMarked;
