package io.aicc.operator.ari.call;

import java.time.Duration;

/**
 * What an installation wants of its calls.
 *
 * @param pbx name of the PBX, a DNS label
 * @param host its host or address
 * @param app our Stasis application there
 * @param language spoken when the dialplan does not say, BCP 47
 * @param pool WorkerPool that serves the calls
 * @param start when a session is asked for
 * @param exactSources whether workers are told the exact source of their audio; not where an address is translated on the way
 * @param alone how long a customer may be without anybody before the session ends
 */
public record CallPolicy(
        String pbx,
        String host,
        String app,
        String language,
        String pool,
        Start start,
        boolean exactSources,
        Duration alone) {

    /** When a session is asked for. */
    public enum Start {
        /** When the agent's phone rings: the worker is ready before anybody speaks. */
        RINGING,
        /** When somebody answers: no worker is claimed for calls that nobody takes. */
        ANSWERED
    }

    public CallPolicy {
        if (!Acceptable.isLanguage(language)) {
            throw new IllegalArgumentException(
                    "AICC_ARI_LANGUAGE: must be a BCP 47 tag such as ko-KR, got '" + language + "'");
        }
        host = Acceptable.host(host, pbx);
    }
}
