package io.aicc.worker.publish;

import io.jsonwebtoken.Jwts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import javax.crypto.SecretKey;

/** Issues the tokens that a receiver lets us in with (JWT, HS256). Thread-safe. */
final class TokenIssuer {
    static final Duration LIFETIME = Duration.ofHours(1);
    static final List<String> PERMISSIONS = List.of("send_transcripts");

    private final String clientId;
    private final SecretKey key;
    private final InstantSource clock;

    TokenIssuer(Destination destination, InstantSource clock) {
        this.clientId = destination.clientId();
        this.key = destination.key();
        this.clock = clock;
    }

    Token issue() {
        Instant now = clock.instant();
        Instant expires = now.plus(LIFETIME);
        String value = Jwts.builder()
                .claim("client_id", clientId)
                .claim("permissions", PERMISSIONS)
                .issuedAt(Date.from(now))
                .expiration(Date.from(expires))
                .signWith(key, Jwts.SIG.HS256)
                .compact();
        return new Token(value, expires.minus(LIFETIME.dividedBy(10)));
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
