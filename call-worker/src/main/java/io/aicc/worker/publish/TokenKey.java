package io.aicc.worker.publish;

import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs tokens. What the key is says how (RFC 7518 §3.1): a private key in PEM signs by RS256, ES256 or EdDSA, so that a receiver
 * needs no secret of ours; any other bytes are a key that is shared with the receiver, HS256.
 */
final class TokenKey {
    /** RFC 7518 §3.2: an HS256 key has at least the size of the hash, 256 bits. */
    private static final int MIN_SHARED_BYTES = 32;

    private static final int MIN_RSA_BITS = 2048;
    private static final int P256_BITS = 256;
    private static final List<String> PRIVATE_KEYS = List.of("RSA", "EC", "Ed25519");
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private static final Pattern PRINTED_LINE = Pattern.compile("[ -~]*[\r\n]+");

    private final UnaryOperator<JwtBuilder> signature;

    private TokenKey(UnaryOperator<JwtBuilder> signature) {
        this.signature = signature;
    }

    /**
     * Reads a key.
     *
     * @throws IllegalArgumentException when it cannot sign; the message says why, and nothing of the key
     */
    static TokenKey parse(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith("-----BEGIN ")) {
            return shared(content);
        }
        Matcher pem = PEM.matcher(text);
        if (!pem.matches()) {
            throw new IllegalArgumentException("expected one whole PEM, got part of one or more than one");
        }
        if (!pem.group(1).equals("PRIVATE KEY")) {
            throw new IllegalArgumentException("expected a PEM of PRIVATE KEY (PKCS #8, no passphrase), got one of "
                    + pem.group(1) + "; openssl pkcs8 -topk8 -nocrypt makes one");
        }
        return ofPrivateKey(privateKey(Base64.getMimeDecoder().decode(pem.group(2))));
    }

    private static TokenKey shared(byte[] bytes) {
        if (bytes.length < MIN_SHARED_BYTES) {
            throw new IllegalArgumentException(
                    "too short for HS256: " + bytes.length + " < " + MIN_SHARED_BYTES + " bytes");
        }
        if (isLine(bytes)) {
            throw new IllegalArgumentException(
                    "text that ends in a line feed, which a receiver may take for no part of it: printf writes none");
        }
        SecretKey key = new SecretKeySpec(bytes, "HmacSHA256");
        return new TokenKey(token -> token.signWith(key, Jwts.SIG.HS256));
    }

    /** Printable, but for a line feed at its end: random bytes are not. */
    private static boolean isLine(byte[] bytes) {
        return PRINTED_LINE
                .matcher(new String(bytes, StandardCharsets.ISO_8859_1))
                .matches();
    }

    private static PrivateKey privateKey(byte[] pkcs8) {
        for (String algorithm : PRIVATE_KEYS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException _) {
                // Of another kind, or of none that we know: said below.
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + algorithm, e);
            }
        }
        throw new IllegalArgumentException(
                "expected a private key of one of " + PRIVATE_KEYS + ", got another or none");
    }

    private static TokenKey ofPrivateKey(PrivateKey key) {
        return switch (key) {
            case RSAPrivateKey rsa
            when rsa.getModulus().bitLength() < MIN_RSA_BITS ->
                throw new IllegalArgumentException(
                        "RSA key too short: " + rsa.getModulus().bitLength() + " < " + MIN_RSA_BITS + " bits");
            case ECPrivateKey ec
            when ec.getParams().getOrder().bitLength() != P256_BITS ->
                throw new IllegalArgumentException("expected an EC key of P-256, got one of "
                        + ec.getParams().getOrder().bitLength() + " bits");
            case RSAPrivateKey rsa -> new TokenKey(token -> token.signWith(rsa, Jwts.SIG.RS256));
            case ECPrivateKey ec -> new TokenKey(token -> token.signWith(ec, Jwts.SIG.ES256));
            case EdECPrivateKey _ -> new TokenKey(token -> token.signWith(key, Jwts.SIG.EdDSA));
            default ->
                throw new IllegalArgumentException("expected one of " + PRIVATE_KEYS + ", got " + key.getAlgorithm());
        };
    }

    /** The signed token. */
    String sign(JwtBuilder token) {
        return signature.apply(token).compact();
    }
}
