/** What the demo measured, what must hold of it, and how it is shown. */
@NullMarked
package io.aicc.demo.report;

import org.jspecify.annotations.NullMarked;
