package io.aicc.worker.speech.remote;

import io.aicc.worker.speech.TurnPool;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of an engine share.
 *
 * @param turns recognises what streaming cannot; null when the server has no other way
 * @param rotations counts conversations that were replaced in mid-utterance
 */
public record RemoteParts(
        RecognitionServer server,
        Circuit circuit,
        @Nullable TurnPool turns,
        Timer timer,
        StreamTiming timing,
        Counter rotations,
        LongSupplier nanoClock) {

    /** The counter of {@link #rotations}. */
    public static Counter rotations(String engine, MeterRegistry registry) {
        return Counter.builder("aicc_stt_rotations_total")
                .description("Conversations with the speech server that were replaced in mid-utterance")
                .tag("engine", engine)
                .register(registry);
    }
}
