package io.aicc.e2e.pbx;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A real PostgreSQL of its own: in a directory, on a loopback address, gone when it is closed. */
final class Postgres implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path programs;
    private final Path directory;
    private final Process server;

    /** Starts it; it answers on the address at PostgreSQL's port, and its owner in the directory. */
    Postgres(String address) throws IOException {
        programs = newest();
        directory = Files.createTempDirectory("aicc-postgres-");
        // The server refuses to be root.
        Command.of("chown", "postgres:", directory.toString()).run().orFail();
        asPostgres(
                        "initdb",
                        "-N",
                        "-D",
                        data(),
                        "-U",
                        "postgres",
                        "-E",
                        "UTF8",
                        "--locale=C",
                        "--auth-local=trust",
                        "--auth-host=scram-sha-256")
                .run()
                .orFail();
        server = asPostgres(
                        "postgres",
                        "-D",
                        data(),
                        "-k",
                        directory.toString(),
                        "-c",
                        "listen_addresses=" + address,
                        "-c",
                        "fsync=off")
                .start(directory.resolve("log"));
        await().atMost(LIMIT)
                .until(() -> asPostgres("pg_isready", "-h", directory.toString())
                                .run()
                                .exitCode()
                        == 0);
    }

    /** What programs need in their environment to reach it as its owner. */
    Map<String, String> environment() {
        return Map.of("PGHOST", directory.toString(), "PGUSER", "postgres", "PGDATABASE", "asterisk");
    }

    /** Runs SQL, from a string. */
    String sql(String database, String script) {
        return Command.of("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", script)
                .with(environment())
                .run()
                .orFail();
    }

    /** Runs SQL, from a file. */
    void sql(String database, Path script) {
        Command.of("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", script.toString())
                .with(environment())
                .run()
                .orFail();
    }

    @Override
    public void close() throws InterruptedException {
        server.destroy();
        server.waitFor();
        Command.of("rm", "-rf", directory.toString()).run().orFail();
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private Command asPostgres(String program, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", "--"));
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return Command.of(command.toArray(String[]::new));
    }

    private static Path newest() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.max((a, b) -> Integer.compare(number(a), number(b)))
                    .orElseThrow()
                    .resolve("bin");
        }
    }

    private static int number(Path version) {
        return Integer.parseInt(version.getFileName().toString());
    }
}
