package io.aicc.demo.pbx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SIP phone in one call, with real audio: SIPp (Debian's {@code sip-tester}) and a scenario of ours. Customers'
 * phones have another loopback address than agents'.
 */
public final class SipPhone implements AutoCloseable {
    /** Where phones of customers are, as a network. */
    public static final String CUSTOMERS = "127.61.0.0/16";

    private static final int FIRST_SIP_PORT = 5060;

    /** Beside its track; then it ends by itself, should nobody be left to end it. */
    private static final Duration LIFETIME = Duration.ofMinutes(2);

    /** SIPp takes four ports for the audio and video of a call. */
    private static final int FIRST_MEDIA_PORT = 6000;

    private static final int MEDIA_PORTS = 4;

    /** What the scenario logs: a word, the date and time, and the same as seconds and microseconds. */
    private static final Pattern LOGGED = Pattern.compile("(?m)^(\\w+) .*\\s([0-9]+)\\.([0-9]{6})$");

    private final String name;
    private final Path directory;
    private final Process process;

    private SipPhone(String name, Path directory, Process process) {
        this.name = name;
        this.directory = directory;
        this.process = process;
    }

    /**
     * Where a phone is.
     *
     * @param number different for each phone of this program that is in a call at the same time, below 1000
     */
    public record Place(int number) {
        static final int CUSTOMER_NETWORK = 61;
        static final int AGENT_NETWORK = 60;

        /** Where a PBX reaches an agent's phone there, {@code address:port}. */
        public String agentContact() {
            return address(AGENT_NETWORK) + ":" + sipPort();
        }

        /** Programs that run side by side use different ones. */
        static String address(int network) {
            long pid = ProcessHandle.current().pid();
            return "127.%d.%d.%d".formatted(network, pid / 254 % 254, pid % 254 + 1);
        }

        private int sipPort() {
            return FIRST_SIP_PORT + number;
        }

        private int mediaPort() {
            return FIRST_MEDIA_PORT + MEDIA_PORTS * number;
        }
    }

    /**
     * A call to place.
     *
     * @param pbx where it goes, {@code address:port}
     * @param from the customer's number, digits
     * @param to what is dialled
     */
    public record Dial(String pbx, String from, String to) {}

    /**
     * An agent's phone: rings for a while, answers, talks, and waits for the other to hang up.
     *
     * @param directory for the phone's files; made if need be
     * @param track what is said, µ-law at 8 kHz; as long as the call
     */
    public static SipPhone agent(Place place, Path directory, byte[] track, Duration ringing) throws IOException {
        return start("agent", place, Place.AGENT_NETWORK, directory, track, Map.of("RING_MS", ringing), List.of());
    }

    /** A customer's phone: calls, talks as long as the track lasts, and hangs up, unless the other side does before. */
    public static SipPhone customer(Place place, Path directory, byte[] track, Dial dial) throws IOException {
        Duration talk = Duration.ofMillis(track.length / 8);
        List<String> call = List.of(dial.pbx(), "-s", dial.to(), "-key", "number", dial.from());
        return start("customer", place, Place.CUSTOMER_NETWORK, directory, track, Map.of("TALK_MS", talk), call);
    }

    /**
     * Waits until its call is over.
     *
     * @throws IOException when the call did not go as the scenario says; the message has SIPp's last words
     */
    public void await(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException(
                    "the call of the %s's phone is not over after %d s".formatted(name, limit.toSeconds()));
        }
        if (process.exitValue() != 0) {
            throw new IOException("the call of the %s's phone failed, SIPp's status %d:\n%s"
                    .formatted(name, process.exitValue(), Files.readString(directory.resolve("output.log"))));
        }
    }

    /** When a customer's call was answered; known once it is over. */
    public Instant answered() throws IOException {
        return logged("answered");
    }

    /** When a customer hung up. */
    public Instant hungUp() throws IOException {
        return logged("hung_up");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * How SIPp is called. A telephone has nothing else to do, so it goes before the programs of this machine where that is
     * allowed: root may ask for it.
     */
    public static List<String> program() {
        return System.getProperty("user.name").equals("root") ? List.of("chrt", "--rr", "1", "sipp") : List.of("sipp");
    }

    private static SipPhone start(
            String name,
            Place place,
            int network,
            Path directory,
            byte[] track,
            Map<String, Duration> pauses,
            List<String> call)
            throws IOException {
        Files.createDirectories(directory);
        Path audio = Files.write(directory.resolve("track.ulaw"), track);
        String scenario = resource(name + ".xml")
                .replace("@TRACK@", audio.toAbsolutePath().toString());
        for (Map.Entry<String, Duration> pause : pauses.entrySet()) {
            scenario = scenario.replace(
                    "@" + pause.getKey() + "@", Long.toString(pause.getValue().toMillis()));
        }
        Files.writeString(directory.resolve("scenario.xml"), scenario);
        String address = Place.address(network);
        List<String> command = new ArrayList<>(program());
        command.addAll(call);
        command.addAll(List.of("-sf", "scenario.xml", "-m", "1", "-nostdin", "-trace_logs", "-log_file", "phone.log"));
        command.addAll(List.of("-i", address, "-p", Integer.toString(place.sipPort())));
        command.addAll(List.of("-mi", address, "-mp", Integer.toString(place.mediaPort())));
        command.addAll(List.of(
                "-timeout", Long.toString(LIFETIME.plusMillis(track.length / 8).toSeconds())));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.log").toFile())
                .start();
        return new SipPhone(name, directory, process);
    }

    private Instant logged(String what) throws IOException {
        Matcher line = LOGGED.matcher(Files.readString(directory.resolve("phone.log")));
        while (line.find()) {
            if (line.group(1).equals(what)) {
                return Instant.ofEpochSecond(Long.parseLong(line.group(2)), Long.parseLong(line.group(3)) * 1_000);
            }
        }
        throw new IOException("the " + name + "'s phone never logged '" + what + "'");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(SipPhone.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
