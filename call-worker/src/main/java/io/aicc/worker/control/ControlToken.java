package io.aicc.worker.control;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Clock;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a command comes from the operator that leads now: signature, audience, expiry, and an epoch that is not lower
 * than one seen before. The worker holds only the public key; nothing in the pod can mint a command.
 */
public final class ControlToken {
    /** How far the clock of the operator's node may be from ours. Whose order holds says the epoch, never a time. */
    static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private static final String BEARER = "Bearer ";

    private final JwtParser parser;
    private final Clock clock;
    private final AtomicLong epoch = new AtomicLong(Long.MIN_VALUE);
    private volatile @Nullable Checked last;

    /**
     * For one pod.
     *
     * @param podUid the audience that a token must name
     */
    public ControlToken(PublicKey operatorKey, String podUid, Clock clock) {
        parser = Jwts.parser()
                .verifyWith(operatorKey)
                .requireAudience(podUid)
                .clock(clock)
                .clockSkewSeconds(CLOCKS_DIFFER.toSeconds())
                .build();
        this.clock = clock;
    }

    /**
     * Reads an Ed25519 public key.
     *
     * @param base64 X.509 SubjectPublicKeyInfo
     * @throws IllegalArgumentException when it is none
     */
    public static PublicKey publicKey(String base64) {
        try {
            byte[] encoded = Base64.getDecoder().decode(base64.strip());
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("must be an Ed25519 public key (X.509, base64)", e);
        }
    }

    /** Judges the Authorization header of a request. */
    Verdict check(@Nullable String header) {
        if (header == null || !header.startsWith(BEARER)) {
            return new Verdict(401, "control channel: no bearer token");
        }
        Checked token;
        try {
            token = checked(header.substring(BEARER.length()));
        } catch (JwtException | IllegalArgumentException e) {
            return new Verdict(
                    401,
                    "control channel: token refused: "
                            + e.getClass().getSimpleName().replaceFirst("Exception$", ""));
        }
        if (token == null) {
            return new Verdict(401, "control channel: token refused: exp and epoch are required");
        }
        long given = token.epoch();
        long newest = epoch.accumulateAndGet(given, Math::max);
        if (given < newest) {
            return new Verdict(403, "control channel: epoch " + given + " is over, " + newest + " leads");
        }
        return Verdict.ALLOWED;
    }

    /** The token's content; null when something is missing in it. One that was checked a moment ago is not checked again. */
    private @Nullable Checked checked(String token) {
        Checked known = last;
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        if (known != null
                && MessageDigest.isEqual(known.token(), bytes)
                && clock.now().before(known.expires())) {
            return known;
        }
        Claims claims = parser.parseSignedClaims(token).getPayload();
        if (claims.getExpiration() == null || !(claims.get("epoch") instanceof Number number)) {
            return null;
        }
        Date expires = Date.from(claims.getExpiration().toInstant().plus(CLOCKS_DIFFER));
        Checked fresh = new Checked(bytes, expires, number.longValue());
        last = fresh;
        return fresh;
    }

    /**
     * A token whose signature and audience are right.
     *
     * @param expires by our clock, wherever that of the operator's node stands
     */
    private record Checked(byte[] token, Date expires, long epoch) {}

    /**
     * Whether a request may pass.
     *
     * @param status HTTP status, 200 when it may
     */
    record Verdict(int status, String reason) {
        static final Verdict ALLOWED = new Verdict(200, "");

        boolean allowed() {
            return status == 200;
        }
    }
}
