/** Who speaks when: finds where a speaker's utterances begin and end. */
@NullMarked
package io.aicc.worker.turn;

import org.jspecify.annotations.NullMarked;
