package io.aicc.demo.script;

import io.aicc.wire.event.Channel;
import java.nio.file.Path;

/**
 * What one speaker says without being asked again: a recording and its place in the conversation.
 *
 * @param startMs since the start of the call
 * @param endMs since the start of the call
 * @param wav where the recording is
 * @param text what is said in it
 */
public record Line(Channel channel, long startMs, long endMs, Path wav, String text) {}
