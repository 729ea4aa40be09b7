package io.aicc.demo.receiver;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Checks the token that a worker brings: our key's signature, not expired, may send transcripts. Thread-safe. */
final class TokenVerifier {
    private static final String SCHEME = "Bearer ";
    private static final String PERMISSION = "send_transcripts";

    private final JwtParser parser;
    private final InstantSource clock;

    /**
     * Who sends.
     *
     * @param left how long the token is still good
     */
    record Client(String id, Duration left) {}

    /** The parser takes HMAC signatures only, since the key is one: neither {@code none} nor a public key gets in. */
    TokenVerifier(SecretKey key, InstantSource clock) {
        this.clock = clock;
        this.parser = Jwts.parser()
                .verifyWith(key)
                .clock(() -> Date.from(clock.instant()))
                .build();
    }

    /** Who sends, from the value of the {@code Authorization} header; empty for everybody who may not. */
    Optional<Client> clientOf(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            return Optional.empty();
        }
        try {
            Claims claims = parser.parseSignedClaims(authorization.substring(SCHEME.length()))
                    .getPayload();
            Date expiration = claims.getExpiration();
            String id = claims.get("client_id", String.class);
            boolean may = expiration != null
                    && id != null
                    && claims.get("permissions") instanceof Collection<?> permissions
                    && permissions.contains(PERMISSION);
            return may
                    ? Optional.of(new Client(id, Duration.between(clock.instant(), expiration.toInstant())))
                    : Optional.empty();
        } catch (JwtException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
