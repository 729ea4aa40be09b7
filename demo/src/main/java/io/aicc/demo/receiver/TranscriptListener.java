package io.aicc.demo.receiver;

import io.aicc.wire.event.Event;

/** Hears every new event of every session, interims included, duplicates not; on the receiver's thread: be quick. */
@FunctionalInterface
public interface TranscriptListener {
    void heard(Transcript transcript, Event event);
}
