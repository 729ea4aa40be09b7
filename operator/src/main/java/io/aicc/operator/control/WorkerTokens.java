package io.aicc.operator.control;

import io.jsonwebtoken.Jwts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;

/**
 * Mints the bearer token of one request to one worker.
 *
 * @param epoch number of our leadership; it has to rise from one leader to the next
 */
record WorkerTokens(ControlKey key, long epoch, InstantSource clock) {
    /** Long enough for a request and for clocks that differ a little; too short to be worth stealing. */
    static final Duration LIFETIME = Duration.ofSeconds(60);

    /** A token that opens the control channel of this pod, and of no other. */
    String mint(String podUid) {
        Instant now = clock.instant();
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
