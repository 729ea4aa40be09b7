package io.aicc.worker.control;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Clock;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a command comes from the operator that leads now: signature, audience, expiry, and an epoch that is not lower
 * than one seen before. The worker holds only the public key; nothing in the pod can mint a command.
 */
public final class ControlToken {
    private static final String BEARER = "Bearer ";

    private final JwtParser parser;
    private final AtomicLong epoch = new AtomicLong(Long.MIN_VALUE);

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
                .build();
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
        Claims claims;
        try {
            claims = parser.parseSignedClaims(header.substring(BEARER.length())).getPayload();
        } catch (JwtException | IllegalArgumentException e) {
            return new Verdict(
                    401,
                    "control channel: token refused: "
                            + e.getClass().getSimpleName().replaceFirst("Exception$", ""));
        }
        if (claims.getExpiration() == null || !(claims.get("epoch") instanceof Number number)) {
            return new Verdict(401, "control channel: token refused: exp and epoch are required");
        }
        long given = number.longValue();
        long newest = epoch.accumulateAndGet(given, Math::max);
        if (given < newest) {
            return new Verdict(403, "control channel: epoch " + given + " is over, " + newest + " leads");
        }
        return Verdict.ALLOWED;
    }

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
