package io.aicc.demo.pbx;

import io.aicc.demo.pbx.SipPhone.Place;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Many calls from one SIPp to another through an Asterisk, both with real audio. */
public final class SipLoad implements AutoCloseable {
    /** The agent that all of them are for. */
    public static final String AGENT = "1001";

    private static final String CUSTOMERS = Place.address(Place.CUSTOMER_NETWORK);
    private static final String AGENTS = Place.address(Place.AGENT_NETWORK);
    private static final String CONTACT = AGENTS + ":5060";
    private static final int BYTES_PER_MS = 8;

    private static final Pattern SUCCESSFUL = Pattern.compile("Successful call +\\| +\\d+ +\\| +(\\d+)");
    private static final Pattern FAILED = Pattern.compile("Failed call +\\| +\\d+ +\\| +(\\d+)");

    private final AsteriskProcess asterisk;
    private final Path directory;
    private final byte[] speech;
    private final Process agents;
    private final List<Process> customers = new ArrayList<>();

    /**
     * Starts the agents' side.
     *
     * @param speech µ-law at 8 kHz, of any length: both sides say it again and again
     */
    public SipLoad(AsteriskProcess asterisk, Path directory, byte[] speech) throws IOException {
        this.asterisk = asterisk;
        this.directory = directory;
        this.speech = speech;
        Path folder = Files.createDirectories(directory.resolve("agents"));
        Path track = Files.write(folder.resolve("track.ulaw"), speech);
        scenario("agent.xml", folder, track, "@RING_MS@", 0);
        agents = sipp(folder, AGENTS, List.of()).start();
    }

    /** What {@code pjsip.conf} has to say of them. */
    public static String configuration() {
        return """
            [load-customers]
            type = identify
            endpoint = trunk
            match = %1$s

            [%3$s]
            type = aor
            contact = sip:%3$s@%2$s

            [%3$s]
            type = endpoint
            transport = udp
            context = agents
            aors = %3$s
            allow = !all,ulaw
            direct_media = no
            """.formatted(CUSTOMERS, CONTACT, AGENT);
    }

    /**
     * Calls to place.
     *
     * @param total of them
     * @param atOnce most at the same time
     * @param perSecond most begun in a second
     * @param talk how long each lasts, unless somebody else ends it before
     */
    public record Plan(int total, int atOnce, int perSecond, Duration talk) {}

    /**
     * What became of them.
     *
     * @param perSecond calls answered in a second, between the first and the last: less than planned when SIPp itself was late
     * @param setUpMs from INVITE to 200 OK, sorted
     */
    public record Outcome(long successful, long failed, double perSecond, long[] setUpMs) {
        /** Set-up time that so many percent of the calls did not exceed. */
        public long percentile(int percent) {
            return setUpMs.length == 0 ? -1 : setUpMs[Math.min(setUpMs.length - 1, setUpMs.length * percent / 100)];
        }
    }

    /** Calls under way. */
    public final class Run {
        private final Process customers;
        private final Path folder;

        private Run(Process customers, Path folder) {
            this.customers = customers;
            this.folder = folder;
        }

        /**
         * Waits until they are over.
         *
         * @throws IOException when that takes too long
         */
        public Outcome await(Duration limit) throws IOException, InterruptedException {
            if (!customers.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                customers.destroyForcibly().waitFor();
                throw new IOException("the calls are not over after " + limit.toSeconds() + " s, see " + folder);
            }
            String output = Files.readString(folder.resolve("output.log"));
            List<Answer> answers = answers(folder);
            return new Outcome(
                    last(SUCCESSFUL, output),
                    last(FAILED, output),
                    perSecond(answers),
                    answers.stream()
                            .mapToLong(answer -> (long) answer.afterMs())
                            .sorted()
                            .toArray());
        }
    }

    /** Begins to call. */
    public Run start(String name, Plan plan) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        int millis = Math.toIntExact(plan.talk().toMillis());
        byte[] track = new byte[millis * BYTES_PER_MS];
        for (int at = 0; at < track.length; at += speech.length) {
            System.arraycopy(speech, 0, track, at, Math.min(speech.length, track.length - at));
        }
        scenario("customer.xml", folder, Files.write(folder.resolve("track.ulaw"), track), "@TALK_MS@", millis);
        List<String> calls = List.of(
                asterisk.sip(),
                "-s",
                AGENT,
                "-key",
                "number",
                "15550100",
                "-m",
                Integer.toString(plan.total()),
                "-l",
                Integer.toString(plan.atOnce()),
                "-r",
                Integer.toString(plan.perSecond()),
                "-trace_rtt",
                "-rtt_freq",
                "1");
        Process process = sipp(folder, CUSTOMERS, calls).start();
        customers.add(process);
        return new Run(process, folder);
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : customers) {
            process.destroyForcibly().waitFor();
        }
        agents.destroyForcibly().waitFor();
    }

    private static ProcessBuilder sipp(Path folder, String address, List<String> calls) {
        List<String> command = new ArrayList<>(SipPhone.program());
        command.addAll(calls);
        command.addAll(
                List.of("-sf", "scenario.xml", "-nostdin", "-i", address, "-p", "5060", "-mi", address, "-mp", "6000"));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile());
    }

    private static void scenario(String name, Path folder, Path track, String pause, int millis) throws IOException {
        try (InputStream in = Objects.requireNonNull(SipPhone.class.getResourceAsStream(name), name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@TRACK@,1,", track.toAbsolutePath() + ",-1,") // again and again, until the call is over
                    .replace(pause, Integer.toString(millis));
            Files.writeString(folder.resolve("scenario.xml"), text);
        }
    }

    private static long last(Pattern figure, String output) {
        Matcher found = figure.matcher(output);
        long value = 0;
        while (found.find()) {
            value = Long.parseLong(found.group(1));
        }
        return value;
    }

    private record Answer(double atMs, double afterMs) {}

    private static double perSecond(List<Answer> answers) {
        DoubleSummaryStatistics times =
                answers.stream().mapToDouble(Answer::atMs).summaryStatistics();
        return times.getCount() < 2 ? 0 : 1000 * (times.getCount() - 1) / (times.getMax() - times.getMin());
    }

    /** SIPp's own clock: DATE_MS;RESPONSE_TIME_MS;NAME, one line a call after the heading. */
    private static List<Answer> answers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Optional<Path> file =
                    files.filter(path -> path.toString().endsWith("_rtt.csv")).findFirst();
            return file.isEmpty()
                    ? List.of()
                    : Files.readAllLines(file.get()).stream()
                            .skip(1)
                            .map(line -> line.split(";", -1))
                            .filter(fields -> fields.length > 1)
                            .map(fields -> new Answer(Double.parseDouble(fields[0]), Double.parseDouble(fields[1])))
                            .toList();
        }
    }
}
