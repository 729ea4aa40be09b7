package io.aicc.worker.publish;

import io.aicc.crd.WorkerPoolSpec.Output;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A receiver of transcripts, as configured. Its text form shows neither the key nor the URL's query.
 *
 * @param name in logs, metrics and file names: as the pool names an output
 * @param url {@code ws://} or {@code wss://}; never changed from one to the other
 * @param clientId the token's {@code client_id}
 * @param key signs the tokens
 * @param permissions the token's {@code permissions}, 1 to 16 of {@code [A-Za-z0-9._:-]}, at most 64 characters each
 */
public record Destination(String name, URI url, String clientId, KeySource key, List<String> permissions) {
    /** What a receiver asks for unless it is told otherwise. */
    public static final List<String> PERMISSIONS = List.of("send_transcripts");

    private static final int MOST_PERMISSIONS = 16;
    private static final Pattern PERMISSION = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
    private static final Pattern NAME = Pattern.compile(Output.NAME);
    private static final Set<String> SCHEMES = Set.of("ws", "wss");

    /**
     * A destination.
     *
     * @throws IllegalArgumentException when something is wrong; the message says what, expected and got
     */
    public Destination {
        if (name.length() > Output.NAME_MOST || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("destination name: expected %s of at most %d characters, got '%s'"
                    .formatted(Output.NAME, Output.NAME_MOST, name));
        }
        if (!SCHEMES.contains(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "url of destination " + name + ": expected ws://host… or wss://host…, got '" + safe(url) + "'");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "url of destination " + name + ": user and fragment have no place in it");
        }
        if (clientId.isBlank()) {
            throw new IllegalArgumentException("client id of destination " + name + ": empty");
        }
        if (permissions.isEmpty()
                || permissions.size() > MOST_PERMISSIONS
                || !permissions.stream()
                        .allMatch(it -> it != null && PERMISSION.matcher(it).matches())) {
            throw new IllegalArgumentException("permissions of destination " + name + ": expected 1 to "
                    + MOST_PERMISSIONS + " of [A-Za-z0-9._:-]{1,64}, got " + permissions);
        }
        permissions = List.copyOf(permissions);
        read(name, key);
    }

    /** A destination with the usual permissions. */
    public Destination(String name, URI url, String clientId, KeySource key) {
        this(name, url, clientId, key, PERMISSIONS);
    }

    /** A destination with its key as bytes, which are copied. */
    public static Destination of(String name, URI url, String clientId, byte[] key) {
        return new Destination(name, url, clientId, KeySource.of(key));
    }

    /** What its key is to begin with. */
    TokenKey firstKey() {
        return read(name, key);
    }

    private static TokenKey read(String name, KeySource key) {
        try {
            return TokenKey.parse(key.read());
        } catch (IOException e) {
            throw new IllegalArgumentException("key of destination " + name + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("key of destination " + name + ": " + e.getMessage(), e);
        }
    }

    boolean isSecure() {
        return url.getScheme().equals("wss");
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : isSecure() ? 443 : 80;
    }

    @Override
    public String toString() {
        return "Destination[" + name + " " + safe(url) + "]";
    }

    private static String safe(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() >= 0 ? ":" + url.getPort() : "");
    }
}
