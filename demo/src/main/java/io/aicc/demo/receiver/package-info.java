/** The demo's receiver, which holds transcripts in memory for its page and its report; one to copy from is in docs/receivers. */
@NullMarked
package io.aicc.demo.receiver;

import org.jspecify.annotations.NullMarked;
