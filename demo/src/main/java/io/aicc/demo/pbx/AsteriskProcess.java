package io.aicc.demo.pbx;

import io.aicc.runtime.Secret;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A real Asterisk as a process, on a loopback address and in a directory of its own, so that several run side by side. It
 * stands when the constructor returns: ARI answers. Closing it leaves neither process nor mount nor file.
 */
public final class AsteriskProcess implements AutoCloseable {
    /** ARI's user, as {@code asterisk/etc/ari.conf} has it. */
    public static final String USER = "aicc";

    private static final int ARI_PORT = 8088;
    private static final int SIP_PORT = 5060;
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final int LAST_LINES = 15;

    /** Column of /proc/net/udp that names the socket, proc_net(5). */
    private static final int INODE = 9;

    private final AsteriskFiles files;
    private final Path directory;
    private final String address;
    private final Secret password;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private Process process;

    /**
     * Starts it.
     *
     * @param directory made, and removed at the end; a short path, sockets are below it
     * @param additions to its configuration, by file name
     * @throws IOException when it does not start; the message has its last words
     */
    public AsteriskProcess(AsteriskFiles files, Path directory, Map<String, String> additions)
            throws IOException, InterruptedException {
        this.files = files;
        this.directory = directory.toAbsolutePath();
        this.address = freeAddress();
        this.password = randomPassword();
        try {
            delete(this.directory);
            Map<String, String> all = new TreeMap<>(additions);
            all.put("ari_password.conf", "password = " + password.reveal());
            files.configure(this.directory.resolve("etc"), address, all);
            process = start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            delete(this.directory);
            throw e;
        }
    }

    /** Address that it listens on, for SIP, RTP and ARI. */
    public String address() {
        return address;
    }

    /** Where ARI is. */
    public URI ari() {
        return URI.create("http://" + address + ":" + ARI_PORT);
    }

    /** Where SIP is, {@code address:port}. */
    public String sip() {
        return address + ":" + SIP_PORT;
    }

    /** What {@link #USER} says to ARI; another one for every instance. */
    public Secret password() {
        return password;
    }

    /** Where its configuration ({@code etc}) and its logs ({@code log}) are. */
    public Path directory() {
        return directory;
    }

    /** What its command line answers to a command. */
    public String cli(String command) throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(directory.resolve("run/asterisk.ctl")));
            socket.write(ByteBuffer.wrap(("cli quit after " + command + "\0").getBytes(StandardCharsets.UTF_8)));
            String answer = new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf('\n') + 1); // the first line says who it is
        }
    }

    /** What is going on in it. */
    public record Load(long channels, long bridges, long ports) {}

    /** What is going on in it now: channels, bridges, and UDP ports: two for each stream of audio, and one for SIP. */
    public Load load() throws IOException {
        String channels = cli("core show channels count").lines().findFirst().orElse("");
        // One line for each bridge after the heading.
        long bridges =
                cli("bridge show all").lines().filter(line -> !line.isBlank()).count() - 1;
        return new Load(Long.parseLong(channels.replaceAll("\\D.*", "")), bridges, ports());
    }

    /** Its process. */
    public long pid() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("/asterisk"))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    /** As kill −9 does. */
    public void kill() throws IOException, InterruptedException {
        process.getOutputStream().close(); // asterisk/run ends it, hard, when its input ends
        process.waitFor();
    }

    /** Another process in its place, with the same configuration; calls are gone. */
    public void startAgain() throws IOException, InterruptedException {
        process = start();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            kill();
        } finally {
            http.close();
            delete(directory);
        }
    }

    /** Its sockets that are among the system's UDP sockets. */
    private long ports() throws IOException {
        Set<String> open = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) { // it may have been closed meanwhile
                    open.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        return Files.readAllLines(Path.of("/proc/net/udp")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > INODE && open.contains("socket:[" + fields[INODE] + "]"))
                .count();
    }

    private Process start() throws IOException, InterruptedException {
        Path output = directory.resolve("output.log");
        Process started = new ProcessBuilder(
                        files.run().toString(), files.root().toString(), directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                started.getOutputStream().close();
                started.waitFor();
                throw new IOException("Asterisk did not start; its last words:\n" + lastWords(output)
                        + lastWords(directory.resolve("log/messages.log")));
            }
            Thread.sleep(STEP);
        }
        return started;
    }

    private boolean answers() throws InterruptedException {
        String user = USER + ":" + password.reveal();
        HttpRequest request = HttpRequest.newBuilder(ari().resolve("/ari/applications"))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)))
                .timeout(Duration.ofSeconds(1))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Linux answers on all of 127.0.0.0/8 without being told to. */
    private static String freeAddress() throws IOException {
        while (true) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            String address = "127.62.%d.%d".formatted(random.nextInt(256), random.nextInt(1, 255));
            try (ServerSocket free = new ServerSocket(ARI_PORT, 1, InetAddress.ofLiteral(address))) {
                return address;
            } catch (BindException taken) {
                // Another one, then.
            }
        }
    }

    private static Secret randomPassword() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return new Secret(HexFormat.of().formatHex(random));
    }

    private static String lastWords(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())) + "\n";
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
