package io.aicc.operator.ari.link;

import io.aicc.runtime.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a PBX is, and who we are there.
 *
 * @param url http(s)://host:port, with a path when a proxy needs one
 * @param app our Stasis application
 * @param authorities certificates (PEM) that we trust instead of the JDK's
 */
public record PbxAddress(
        URI url,
        String username,
        Secret password,
        String app,
        @Nullable Path authorities) {
    /** Checks a URL from the settings. */
    public static URI url(String text) {
        URI url = URI.create(text);
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null) {
            throw new IllegalArgumentException("must be http://host:port or https://host:port, without credentials");
        }
        return url;
    }

    /** Address of a resource of ARI. */
    URI resource(String scheme, String pathAndQuery) {
        String base = url.toString();
        String path = base.substring(url.getScheme().length());
        return URI.create(
                scheme + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path) + "/ari" + pathAndQuery);
    }

    URI http(String pathAndQuery) {
        return resource(url.getScheme(), pathAndQuery);
    }

    URI webSocket(String pathAndQuery) {
        return resource(url.getScheme().equals("https") ? "wss" : "ws", pathAndQuery);
    }

    /** Value of the Authorization header; never in a URL, which proxies write down. */
    String authorization() {
        String pair = username + ":" + password.reveal();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
