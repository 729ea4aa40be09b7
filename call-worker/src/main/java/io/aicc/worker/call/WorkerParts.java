package io.aicc.worker.call;

import io.aicc.runtime.Tasks;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.turn.TurnSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What a call is made of. The receiver and the engine belong to the call from then on; it closes them.
 *
 * @param outputs receivers of the transcript
 */
public record WorkerParts(
        RtpReceiver receiver,
        SpeechEngine engine,
        PublishSettings outputs,
        CallSettings settings,
        Tasks tasks,
        MeterRegistry registry,
        InstantSource clock) {

    /**
     * How calls are treated.
     *
     * @param language that streams are opened for while there is no call
     * @param allowedSources who may send media when the call does not say exactly
     * @param drain how long the last words may take after the end
     */
    public record CallSettings(String language, SourceRule allowedSources, TurnSettings turns, Duration drain) {}
}
