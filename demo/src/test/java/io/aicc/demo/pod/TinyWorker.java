package io.aicc.demo.pod;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** The smallest program that is a good pod: tells its health and its environment, and dies when asked to. */
final class TinyWorker {
    private TinyWorker() {}

    public static void main(String[] args) throws IOException {
        var ready = new AtomicBoolean(true);
        HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("POD_IP"), 8080), 0);
        answer(server, "/health/ready", () -> ready.get() ? "ready" : null);
        answer(server, "/env", () -> System.getenv().toString());
        answer(server, "/unready", () -> {
            ready.set(false);
            return "unready";
        });
        answer(server, "/crash", () -> {
            Runtime.getRuntime().halt(3);
            return "unreachable";
        });
        server.start();
        System.out.println("tiny worker " + System.getenv("POD_NAME") + " listens");
    }

    private static void answer(HttpServer server, String path, Supplier<String> text) {
        server.createContext(path, exchange -> {
            String body = text.get();
            byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body == null ? 503 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }
}
