package io.aicc.worker.publish;

import io.jsonwebtoken.Jwts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Issues the tokens that a receiver lets us in with (JWT). Not thread-safe. */
final class TokenIssuer {
    private static final Logger log = LoggerFactory.getLogger(TokenIssuer.class);

    private final Destination destination;
    private final Duration lifetime;
    private final InstantSource clock;
    private TokenKey key;
    private boolean told;

    TokenIssuer(Destination destination, Duration lifetime, InstantSource clock) {
        this.destination = destination;
        this.lifetime = lifetime;
        this.clock = clock;
        this.key = destination.firstKey();
    }

    Token issue() {
        readKey();
        Instant now = clock.instant();
        Instant expires = now.plus(lifetime);
        String value = key.sign(Jwts.builder()
                .claim("client_id", destination.clientId())
                .claim("permissions", destination.permissions())
                .issuedAt(Date.from(now))
                .expiration(Date.from(expires)));
        return new Token(value, expires.minus(lifetime.dividedBy(10)));
    }

    /** Whether it is time for the one after it. */
    boolean isDue(Token token) {
        return !clock.instant().isBefore(token.renewAt());
    }

    /** A key that is being replaced may be missing or half written for a moment: the last good one then still signs. */
    private void readKey() {
        try {
            key = TokenKey.parse(destination.key().read());
            told = false;
        } catch (IOException | IllegalArgumentException e) {
            if (!told) {
                told = true;
                log.atError()
                        .addKeyValue("destination", destination.name())
                        .addKeyValue("reason", String.valueOf(e.getMessage()))
                        .log("key unusable, tokens are signed with the one before");
            }
        }
    }

    /**
     * A token.
     *
     * @param renewAt when to ask for the next one, well before this one expires
     */
    record Token(String value, Instant renewAt) {
        @Override
        public String toString() {
            return "Token[***, renewAt=" + renewAt + "]";
        }
    }
}
