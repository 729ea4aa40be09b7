/** Speech to text: what an engine is, whatever recognises behind it. */
@NullMarked
package io.aicc.worker.speech;

import org.jspecify.annotations.NullMarked;
