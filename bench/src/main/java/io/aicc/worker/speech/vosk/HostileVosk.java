package io.aicc.worker.speech.vosk;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.bench.fuzz.Sound;
import java.nio.charset.StandardCharsets;

/** What a vosk-server that has gone mad may answer; in this package because only it reads that. */
public final class HostileVosk {
    private HostileVosk() {}

    /** Reads an answer. */
    public static void answer(byte[] input) {
        try {
            switch (VoskAnswer.parse(new String(input, StandardCharsets.UTF_8))) {
                case VoskAnswer.Settled settled ->
                    Sound.holds(settled.untilMs() >= 0, "words end after the call began");
                case VoskAnswer.Guess _, VoskAnswer.Other _ -> {}
            }
        } catch (JsonProcessingException _) {
            // The conversation is broken off.
        }
    }
}
