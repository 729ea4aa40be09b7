package io.aicc.operator.control;

import io.jsonwebtoken.Jwts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;

/**
 * Our bearer token for one worker: it opens the control channel of that pod, and of no other. Thread-safe.
 *
 * @implNote An Ed25519 signature takes the JDK 1.5 ms, and the worker as much to check it: too much to do again on the way
 *     from a call to its worker. So a token is used for the first half of its life; where calls come fast, workers wait
 *     less long than that for theirs, and the token that opened the stream of reports hands over the call too.
 */
final class WorkerToken {
    /** Long enough for its use; too short to be worth stealing. For clocks that differ the worker allows. */
    static final Duration LIFETIME = Duration.ofSeconds(60);

    private final ControlKey key;
    private final long epoch;
    private final String podUid;
    private final InstantSource clock;
    private String token = "";
    private Instant renewAt = Instant.MIN;

    /** @param epoch number of our leadership; it has to rise from one leader to the next */
    WorkerToken(ControlKey key, long epoch, String podUid, InstantSource clock) {
        this.key = key;
        this.epoch = epoch;
        this.podUid = podUid;
        this.clock = clock;
    }

    /** One that is good for half of its lifetime at least. */
    synchronized String valid() {
        Instant now = clock.instant();
        if (!now.isBefore(renewAt)) {
            token = mint(now);
            renewAt = now.plus(LIFETIME.dividedBy(2));
        }
        return token;
    }

    private String mint(Instant now) {
        return Jwts.builder()
                .audience()
                .add(podUid)
                .and()
                .claim("epoch", epoch)
                .issuedAt(Date.from(now))
                .expiration(Date.from(now.plus(LIFETIME)))
                .signWith(key.signing(), Jwts.SIG.EdDSA)
                .compact();
    }
}
