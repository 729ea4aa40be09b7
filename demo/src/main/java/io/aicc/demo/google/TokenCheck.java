package io.aicc.demo.google;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/** Lets in whoever shows a token that the service account signed for itself, as Google accepts it (AIP-4111). */
final class TokenCheck implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "Bearer ";

    private final JwtParser parser;

    TokenCheck(PublicKey key, String account) {
        parser = Jwts.parser().verifyWith(key).requireIssuer(account).build();
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        if (isGood(headers.get(AUTHORIZATION))) {
            return next.startCall(call, headers);
        }
        call.close(Fault.NO_TOKEN.status(), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private boolean isGood(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            return false;
        }
        try {
            return parser.parseSignedClaims(authorization.substring(SCHEME.length()))
                            .getPayload()
                            .getExpiration()
                    != null;
        } catch (JwtException | IllegalArgumentException _) {
            return false;
        }
    }
}
