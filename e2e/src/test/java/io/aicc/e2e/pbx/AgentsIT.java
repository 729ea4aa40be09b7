package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.KnownPhones;
import io.aicc.demo.pbx.SipPhone;
import io.aicc.demo.pbx.SipPhone.Dial;
import io.aicc.demo.pbx.SipPhone.Place;
import io.aicc.e2e.kube.CommandResult;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents in a real PostgreSQL, made by the tool and let in by a real Asterisk. */
@ExtendWith(RealApiServerExtension.class)
class AgentsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Path FOLDER = Asterisk.PROJECT.resolve("asterisk");
    private static final String DATABASE_ADDRESS = "127.58.1.1";

    /** Made up for the test. */
    private static final String DATABASE_PASSWORD = "of-this-test-alone";

    @TempDir
    private static Path directory;

    private static Postgres postgres;
    private static AsteriskProcess asterisk;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres(DATABASE_ADDRESS);
        postgres.sql("postgres", "CREATE DATABASE asterisk");
        postgres.sql("asterisk", FOLDER.resolve("database/schema.sql"));
        postgres.sql("asterisk", "ALTER ROLE asterisk PASSWORD '" + DATABASE_PASSWORD + "'");
        Map<String, String> database = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER.resolve("database"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".conf")).toList()) {
                database.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        database.put(
                "res_pgsql_password.conf",
                "hostname = " + DATABASE_ADDRESS + "\nport = 5432\npassword = " + DATABASE_PASSWORD);
        database.put("pjsip.conf", KnownPhones.of(Map.of()));
        asterisk = Asterisk.start(database);
    }

    @AfterAll
    static void stop() throws Exception {
        asterisk.close();
        postgres.close();
    }

    @Test
    void onlyTheNewPasswordRegistersAndTheCallOfTheOldGoesOn() throws Exception {
        String old = told(agents("create", "1001"));
        register("1001", old, 200);
        byte[] track = new byte[4 * 8000];
        Arrays.fill(track, (byte) 0xFF);
        Dial dial = new Dial(asterisk.sip(), "15550101", "1001");
        try (SipPhone agent = SipPhone.agent(new Place(1), directory.resolve("agent"), track, Duration.ofMillis(100));
                SipPhone customer = SipPhone.customer(new Place(1), directory.resolve("customer"), track, dial)) {
            awaitCall();

            String fresh = told(agents("rotate", "1001"));

            register("1001", old, 401);
            register("1001", fresh, 200);
            assertThat(asterisk.cli("core show channels count")).contains("1 active call");
            customer.await(LIMIT);
            agent.await(LIMIT);
        }
    }

    @Test
    void rotatingAllGivesEachAnotherPassword() {
        agents("create", "anna").orFail();
        agents("create", "ben").orFail();
        String before = digests();

        String shown = agents("rotate", "--all").orFail();

        assertThat(shown.lines()).anyMatch(line -> line.startsWith("anna ")).anyMatch(line -> line.startsWith("ben "));
        assertThat(shown.lines().map(AgentsIT::password).distinct())
                .hasSize((int) shown.lines().count());
        assertThat(digests().lines()).doesNotContainAnyElementsOf(before.lines().toList());
    }

    @Test
    void aPasswordHasTwentyFourCharactersAndIsNowhereInTheDatabase() throws IOException {
        String password = told(agents("create", "carl"));

        assertThat(password).matches("[A-Za-z0-9]{24}");
        assertThat(postgres.sql("asterisk", "SELECT a::text || e::text FROM ps_auths a JOIN ps_endpoints e USING (id)"))
                .contains("carl")
                .doesNotContain(password);
        assertThat(asterisk.cli("pjsip show auth carl"))
                .containsPattern("password +: *\n")
                .doesNotContain(password);
    }

    @Test
    void anAgentIsMadeOnce() {
        agents("create", "dora").orFail();
        String before = digests();

        CommandResult again = agents("create", "dora");

        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.errors()).isEqualTo("agents: agent dora exists already: rotate gives a new password\n");
        assertThat(digests()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "short-one, 'weak password: 9 characters, wanted 24 or more'",
        "abababababababababababab, 'weak password: 2 different characters, wanted 12 or more'",
        "Xk3-emil-9fQz7Wc2LmTb5RyH, weak password: it contains the agent's id",
        "'with spaces 9fQz7Wc2LmTb5RyH', 'the password has characters that phones do not agree on: letters, digits and"
                + " ASCII punctuation only'",
    })
    void weakPasswordsAreRefused(String password, String why) throws IOException {
        Path file = Files.writeString(directory.resolve("weak"), password);

        CommandResult refused = agents("create", "emil", "--password-file", file.toString());

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors()).isEqualTo("agents: " + why + "\n");
        assertThat(agents("list").orFail().lines()).doesNotContain("emil");
    }

    @Test
    void noTwoAgentsHaveOnePassword() throws IOException {
        Path file = Files.writeString(directory.resolve("shared"), "Rk3w9fQz7Wc2LmTb5RyHx8Vd\n");
        agents("create", "fritz", "--password-file", file.toString()).orFail();

        CommandResult second = agents("create", "gerd", "--password-file", file.toString());

        assertThat(second.errors()).isEqualTo("agents: another agent has this password: each needs one of its own\n");
    }

    @Test
    void aNameThatIsNoNameGetsNowhere() {
        assertThat(agents("create", "x'; DROP TABLE ps_auths; --").exitCode()).isEqualTo(2);
        assertThat(agents("create", "../x", "--to", "file:" + directory).exitCode())
                .isEqualTo(2);
    }

    @Test
    void aFileOfModeSixHundredTakesThePassword() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("passwords"));

        String shown = agents("create", "hugo", "--to", "file:" + folder).orFail();

        assertThat(shown).as("told once, and not here").isEmpty();
        Path file = folder.resolve("hugo");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        register("hugo", Files.readString(file).strip(), 200);
    }

    @Test
    void aKubernetesSecretTakesThePassword(RealApiServer kubernetes) throws IOException {
        String namespace = kubernetes.newNamespace("agents");
        CommandResult result = agents(
                Map.of(
                        "KUBECONFIG",
                        kubernetes.kubeconfig().toString(),
                        "PATH",
                        path(System.getenv("AICC_KUBE_ASSETS"))),
                "create",
                "ida",
                "--to",
                "kubernetes:" + namespace);

        assertThat(result.orFail()).isEmpty();
        var secret = kubernetes
                .client()
                .secrets()
                .inNamespace(namespace)
                .withName("sip-agent-ida")
                .require();
        String password =
                new String(Base64.getDecoder().decode(secret.getData().get("password")), StandardCharsets.UTF_8);
        assertThat(secret.toString().replace(secret.getData().get("password"), ""))
                .doesNotContain(password);
        register("ida", password, 200);
    }

    /** In place of the aws program stands one that writes down what it is told: what it would do with it is Amazon's. */
    @Test
    void awsIsToldThePasswordAndNobodyWhoLooksAtItsArguments() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("aws-stub"));
        Path stub = folder.resolve("aws");
        Files.writeString(stub, """
            #!/bin/sh
            echo "$*" >>"${0%/*}/arguments"
            case $2 in
              put-secret-value) echo 'An error occurred (ResourceNotFoundException)' >&2; exit 254 ;;
              create-secret) cp -p "${4#file://}" "${0%/*}/told" ;;
            esac
            """);
        Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwx------"));

        CommandResult result =
                agents(Map.of("PATH", path(folder.toString())), "create", "karl", "--to", "aws:pbx/agents");

        assertThat(result.orFail()).isEmpty();
        JsonNode told =
                JsonMapper.builder().build().readTree(folder.resolve("told").toFile());
        assertThat(told.path("Name").asText()).isEqualTo("pbx/agents/karl");
        String password = JsonMapper.builder()
                .build()
                .readTree(told.path("SecretString").asText())
                .path("password")
                .asText();
        assertThat(Files.readString(folder.resolve("arguments"))).doesNotContain(password);
        assertThat(mode(folder.resolve("told"))).isEqualTo("rw-------");
        register("karl", password, 200);
    }

    @Test
    void aPlaceThatDoesNotTakeThePasswordLeavesTheOldOne() {
        agents("create", "jana").orFail();
        String before = digests();

        CommandResult refused = agents("rotate", "jana", "--to", "file:" + directory.resolve("missing/place"));

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors()).startsWith("agents: ").contains("missing");
        assertThat(digests()).isEqualTo(before);
    }

    private static void register(String agent, String password, int status) throws IOException {
        new Registration(asterisk, directory).as(agent, password, new Place(1), status);
    }

    private static void awaitCall() {
        await().atMost(LIMIT)
                .until(() -> asterisk.cli("core show channels count").contains("1 active call"));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /** Nothing that this machine's user has added comes before the first. */
    private static String path(String first) {
        return first + ":/usr/local/bin:/usr/bin:/bin";
    }

    private static String told(CommandResult result) {
        return password(result.orFail().strip());
    }

    /** What stands after the agent's id in a line that tells a password. */
    private static String password(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    private static String digests() {
        return postgres.sql("asterisk", "SELECT password_digest FROM ps_auths ORDER BY id");
    }

    private static CommandResult agents(String... arguments) {
        return agents(Map.of(), arguments);
    }

    private static CommandResult agents(Map<String, String> environment, String... arguments) {
        String[] command = Stream.concat(Stream.of(FOLDER.resolve("agents").toString()), Arrays.stream(arguments))
                .toArray(String[]::new);
        return Command.of(command)
                .with(postgres.environment())
                .with(environment)
                .run();
    }
}
