package io.aicc.bench.calls;

import io.aicc.bench.Report;
import io.aicc.demo.receiver.Transcript;
import io.aicc.wire.event.Channel;
import java.util.Map;

/** What workers hear with, and whether transcripts hold what was said in their call and nothing of another. Thread-safe. */
sealed interface Hearing permits Words, Packets {
    /** What becomes of the audio; for the report. */
    String what();

    /** What a worker is told. */
    Map<String, String> workerSettings();

    /** A speaker's audio, 8 kHz and linear; heard as often as the talk says. */
    short[] voice(Talk talk, Channel channel);

    /** Compares the transcript of a call that is over with what was said. */
    void judge(Talk talk, Transcript transcript);

    /** Adds what came of it over all calls, and the goals. */
    void conclude(Report report, Report.Row row);
}
