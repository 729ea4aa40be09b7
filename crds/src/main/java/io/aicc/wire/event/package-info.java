/** What receivers of transcripts get and answer. Schema and examples: {@code docs/events.md}. */
@NullMarked
package io.aicc.wire.event;

import org.jspecify.annotations.NullMarked;
