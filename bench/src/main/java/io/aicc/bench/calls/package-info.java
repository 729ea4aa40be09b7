/** Many calls at once through the whole system, one after the other on every line: does any of them notice the others? */
@NullMarked
package io.aicc.bench.calls;

import org.jspecify.annotations.NullMarked;
