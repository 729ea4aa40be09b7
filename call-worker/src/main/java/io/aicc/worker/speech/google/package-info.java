/** Google Cloud Speech-to-Text, API version 2. Nothing but {@link GoogleProvider} is loaded unless this engine is chosen. */
@NullMarked
package io.aicc.worker.speech.google;

import org.jspecify.annotations.NullMarked;
