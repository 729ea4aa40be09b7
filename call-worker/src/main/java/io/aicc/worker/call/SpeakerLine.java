package io.aicc.worker.call;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.rtp.FrameConsumer;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnDetector;
import io.aicc.worker.turn.TurnListener;
import io.aicc.worker.turn.TurnSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One speaker's way through the worker: frames in, turns found, speech recognised, events out. Frames and turns come on the
 * speaker's thread; results come on whichever thread the engine has.
 */
final class SpeakerLine implements FrameConsumer, TurnListener, SpeechListener {
    private static final Logger log = LoggerFactory.getLogger(SpeakerLine.class);

    /**
     * Of what was heard last it is open whether an utterance began in it, and whether all that was lost in it is told: losses
     * are, once a second.
     */
    private static final long UNDECIDED_MS = 1000;

    private final Channel channel;
    private final TurnDetector turns;
    private final LongSupplier nanoClock;
    private final Transcription transcription;
    private final Map<String, Open> open = new HashMap<>();
    private volatile SpeechStream stream = SpeechStream.SILENT;
    private volatile String language = "";
    private volatile boolean heard;
    private volatile long decidedMs;
    private volatile long overMs = Long.MAX_VALUE;
    private volatile boolean heardOut;
    private @Nullable Opening opening;
    private long idleMs;
    private String utterance = "";
    private long utteranceStartMs;
    private long lastAudioNanos;

    /**
     * What lines of a call share.
     *
     * @param publish takes events
     * @param engine name of the engine
     * @param model what it recognises with
     * @param finished told of every final and of the time from the utterance's last audio to it
     * @param firstHeard told once a line hears something
     */
    record Transcription(
            Consumer<EventBody> publish,
            String engine,
            String model,
            Consumer<Duration> finished,
            Runnable firstHeard) {}

    /** An utterance whose final has not come. */
    private static final class Open {
        private final long startMs;
        private int revision;
        private long endMs;
        private long lastAudioNanos;

        Open(long startMs) {
            this.startMs = startMs;
            this.endMs = startMs;
        }
    }

    SpeakerLine(Channel channel, TurnSettings turns, Transcription transcription, LongSupplier nanoClock) {
        this.channel = channel;
        this.turns = new TurnDetector(turns, this);
        this.transcription = transcription;
        this.nanoClock = nanoClock;
    }

    /** The engine's stream of this speaker; given before the first frame. */
    void recogniseWith(SpeechStream opened) {
        stream = opened;
    }

    /** What is spoken, as receivers are told; said before the first frame. */
    void speaks(String tag) {
        language = tag;
    }

    /** What is missing before the first frame; said before it. */
    void opens(Opening missing) {
        opening = missing;
        decidedMs = missing.fromMs();
    }

    /** The call was over then: nobody missed anything after it. Said before the end of the frames, from any thread. */
    void over(long atMs) {
        overMs = atMs;
    }

    @Override
    public long overMs() {
        return overMs;
    }

    /** Where on the timeline that begins which is not covered yet. From any thread. */
    long coveredUntilMs() {
        long decided = decidedMs; // Before those that are open: what begins meanwhile begins after it.
        synchronized (this) {
            return open.values().stream().mapToLong(it -> it.startMs).reduce(decided, Math::min);
        }
    }

    private void tellOpening(long untilMs) {
        if (opening != null && untilMs - opening.fromMs() >= opening.leastMs()) {
            publish(new EventBody.Gap(channel, opening.reason(), opening.fromMs(), untilMs));
        }
    }

    @Override
    public void frame(AudioFrame frame) {
        if (!heard) {
            heard = true;
            tellOpening(frame.startMs());
            transcription.firstHeard().run();
        }
        turns.frame(frame);
        decidedMs = Math.max(decidedMs, frame.endMs() - UNDECIDED_MS);
    }

    @Override
    public void gap(GapReason reason, long startMs, long endMs) {
        publish(new EventBody.Gap(channel, reason.name().toLowerCase(Locale.ROOT), startMs, endMs));
    }

    @Override
    public void idle(long nowMs) {
        idleMs = nowMs;
        turns.idle(nowMs);
    }

    @Override
    public void end() {
        turns.end();
        heardOut = true;
        if (!heard && opening != null) {
            tellOpening(Math.min(overMs, Math.max(opening.listeningMs(), idleMs)));
        }
    }

    @Override
    public void began(long startMs) {
        utterance = channel.label() + "-" + startMs;
        utteranceStartMs = startMs;
        lastAudioNanos = nanoClock.getAsLong();
        synchronized (this) {
            open.put(utterance, new Open(startMs));
        }
        publish(new EventBody.SpeechStarted(channel, utterance, startMs));
        stream.begin(utterance, startMs);
    }

    @Override
    public void audio(AudioFrame frame) {
        lastAudioNanos = nanoClock.getAsLong(); // Before, since an engine in this process works while it is told.
        stream.audio(frame);
    }

    @Override
    public void ended(long endMs) {
        synchronized (this) {
            Open ending = open.get(utterance);
            if (ending != null) {
                ending.endMs = endMs;
                ending.lastAudioNanos = lastAudioNanos;
            }
        }
        publish(new EventBody.SpeechEnded(channel, utterance, utteranceStartMs, endMs));
        stream.end(endMs);
    }

    @Override
    public synchronized void interimResult(String utteranceId, String text, long endMs) {
        Open said = open.get(utteranceId);
        if (said != null) {
            publish(new EventBody.TranscriptInterim(
                    channel,
                    utteranceId,
                    ++said.revision,
                    false,
                    said.startMs,
                    endMs,
                    text,
                    language,
                    null,
                    stt(Duration.ZERO)));
        }
    }

    @Override
    public synchronized void finalResult(String utteranceId, Transcript transcript) {
        Open said = open.remove(utteranceId);
        if (said == null) {
            return;
        }
        Duration latency = Duration.ofNanos(nanoClock.getAsLong() - said.lastAudioNanos);
        publish(new EventBody.TranscriptFinal(
                channel,
                utteranceId,
                said.revision + 1,
                true,
                said.startMs,
                said.endMs,
                transcript.text(),
                language,
                transcript.confidence(),
                transcript.words(),
                stt(latency)));
        transcription.finished().accept(latency);
        notifyAll();
    }

    @Override
    public synchronized void failed(String utteranceId, SpeechException cause) {
        Open lost = open.remove(utteranceId);
        if (lost != null) {
            log.atError()
                    .addKeyValue("channel", channel)
                    .addKeyValue("utterance", utteranceId)
                    .setCause(cause)
                    .log("speech to text failed");
            tellFailed(lost);
            notifyAll();
        }
    }

    /**
     * Nobody waits for the finals that have not come, nor for frames that were not consumed in time: those are missing up to the end
     * of the call, which {@link #over} has told, and so is what was being said.
     */
    synchronized void giveUp() {
        if (heardOut) {
            open.values().forEach(this::tellFailed);
        } else if (coveredUntilMs() < overMs) {
            gap(GapReason.OVERLOAD, coveredUntilMs(), overMs);
        }
        open.clear();
    }

    private void tellFailed(Open lost) {
        publish(new EventBody.Gap(channel, "stt_failed", lost.startMs, lost.endMs));
    }

    /** Waits until every utterance has its final; whether that happened in time. */
    synchronized boolean awaitFinals(Duration limit) throws InterruptedException {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        for (long left = limit.toMillis(); !open.isEmpty() && left > 0; ) {
            wait(left);
            left = (deadline - nanoClock.getAsLong()) / 1_000_000;
        }
        return open.isEmpty();
    }

    private void publish(EventBody event) {
        transcription.publish().accept(event);
    }

    private EventBody.Stt stt(Duration latency) {
        return new EventBody.Stt(transcription.engine(), transcription.model(), latency.toMillis());
    }
}
