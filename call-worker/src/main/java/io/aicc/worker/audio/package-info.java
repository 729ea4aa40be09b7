/** Decoded audio: the frame that walks through the worker, and the codecs that fill it. */
@NullMarked
package io.aicc.worker.audio;

import org.jspecify.annotations.NullMarked;
