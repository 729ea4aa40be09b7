/** The protocol of vosk-server: a recogniser of one's own, behind a WebSocket. */
@NullMarked
package io.aicc.worker.speech.vosk;

import org.jspecify.annotations.NullMarked;
