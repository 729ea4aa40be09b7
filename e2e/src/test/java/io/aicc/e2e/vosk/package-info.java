/** The engine {@code vosk} against a real recogniser. */
@NullMarked
package io.aicc.e2e.vosk;

import org.jspecify.annotations.NullMarked;
