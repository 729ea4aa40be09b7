package io.aicc.wire.control;

/**
 * "The call is over": close the media sockets, transcribe what was heard, deliver it, then report the summary.
 *
 * @param sessionUid the session that ended
 * @param reason one CamelCase word
 */
public record EndOrder(String sessionUid, String reason) {}
