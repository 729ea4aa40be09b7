package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.e2e.kube.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The check that runs before Asterisk starts, on the project's own configuration and on what may go wrong with it. */
class ConfigurationCheckTest {
    private static final Path FOLDER = Asterisk.PROJECT.resolve("asterisk");

    /** Made up for the test. */
    private static final String PASSWORD = "password = 0123456789abcdef0123456789abcdef";

    @TempDir
    private Path etc;

    @BeforeEach
    void copy() throws IOException {
        for (String part : new String[] {"etc", "sample", "database", "environments/production"}) {
            try (Stream<Path> files = Files.list(FOLDER.resolve(part))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".conf")).toList()) {
                    Files.copy(file, etc.resolve(file.getFileName()));
                }
            }
        }
        write("ari_password.conf", PASSWORD, "rw-------");
    }

    @Test
    void theProjectsOwnConfigurationIsSafe() {
        CommandResult result = check();

        assertThat(result.errors()).isEmpty();
        assertThat(result.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw----", "rwxrwxrwx"})
    void aPasswordThatOthersMayReadIsRefused(String mode) throws IOException {
        write("ari_password.conf", PASSWORD, mode);

        assertThat(check().exitCode()).isEqualTo(1);
        assertThat(check().errors()).startsWith("check: " + etc + "/ari_password.conf: holds a password and has mode ");
    }

    @Test
    void aPasswordIsFoundWhereverItIs() throws IOException {
        write("pjsip.conf", "[1001]\ntype = auth\npassword=hunter2 ; for now\n", "rw-r--r--");

        assertThat(check().errors()).contains("/pjsip.conf: holds a password and has mode 644: chmod 600");
    }

    @Test
    void aMissingPasswordIsTold() throws IOException {
        Files.delete(etc.resolve("ari_password.conf"));

        assertThat(check().errors())
                .isEqualTo(
                        "check: " + etc + "/ari_password.conf: is missing: it holds the password of ARI (README.md)\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "enabled = true", "enabled=1", "enabled = On"})
    void ariIsOnUnlessItIsSwitchedOff(String enabled) throws IOException {
        write("ari.conf", "[general]\n" + enabled, "rw-r--r--");
        Files.delete(etc.resolve("ari_password.conf"));

        assertThat(check().errors()).contains("/ari_password.conf: is missing");
    }

    @ParameterizedTest
    @CsvSource({
        "ari_password.conf, password = changeme, its password is too short",
        "http.conf, '[general]\nenabled = yes\nbindaddr = 0.0.0.0', bindaddr is '0.0.0.0'",
        "http.conf, '[general]\nenabled=yes\nbindaddr=10.1.2.3 ; the LAN', bindaddr is '10.1.2.3'",
        "http.conf, '[general]\nenabled = true\nbindaddr = 0.0.0.0', bindaddr is '0.0.0.0'",
        "http.conf, '[general]\nenabled=1\nbindaddr=127.0.0.1\ntlsenable=On\ntlsbindaddr=0.0.0.0:8089', tlsbindaddr is '0.0.0.0:8089'",
        "ari_origins.conf, allowed_origins = *, allowed_origins is *",
        "asterisk.conf, '[options]\nexecincludes = yes', execincludes is on",
        "asterisk.conf, '[options]\nlive_dangerously = yes', live_dangerously is on",
        "modules.conf, '[modules]\nautoload = yes', loads func_config",
        "modules.conf, '[modules]\nautoload = no\nload => res_ari_asterisk.so ; for the status page', loads res_ari_asterisk",
        "modules.conf, '[modules]\nRequire = func_curl', loads func_curl",
        "modules.conf, '[modules]\nload = res_phoneprov.so', loads res_phoneprov",
        "modules.conf, '[modules]\nload = app_voicemail.so', loads app_voicemail",
    })
    void whatOpensTheDoorIsRefused(String file, String text, String why) throws IOException {
        write(file, text, "rw-------");

        CommandResult result = check();

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors()).contains("/" + file + ": ", why.replace("''", "'"));
    }

    @Test
    void whatModulesConfIncludesCounts() throws IOException {
        write(
                "modules.conf",
                "[modules]\nautoload = yes\n#include \"modules_*.conf\"\n#tryinclude none.conf\n",
                "rw-r--r--");
        assertThat(check("app_voicemail", "app_voicemail_imap", "app_voicemail_odbc", "func_db")
                        .errors())
                .isEmpty();

        write("modules.conf", "[modules]\nautoload = no\n#include modules_more.conf\n", "rw-r--r--");
        write("modules_more.conf", "load = func_odbc.so\nload = func_curlx.so\n", "rw-r--r--");
        assertThat(check().errors().lines()).singleElement().asString().contains("loads func_odbc");
    }

    /** Voicemail and AstDB: without them many a call would fail, so nobody takes them away unasked. */
    @Test
    void whatManyDialplansNeedIsLeftToThePbxsOwner() throws IOException {
        write("modules.conf", "[modules]\nautoload = yes\n#include modules_aicc.conf\n", "rw-r--r--");
        assertThat(check().errors()).contains("loads func_db", "or accept it with: check " + etc + " func_db");

        Path chosen = etc.resolve("modules_aicc.conf");
        write("modules_aicc.conf", Files.readString(chosen).replace(";noload", "noload"), "rw-r--r--");
        assertThat(check().errors()).isEmpty();
    }

    @Test
    void aModuleThatTheDialplanCannotDoWithoutIsAccepted() throws IOException {
        write("modules.conf", "[modules]\nload = func_curl.so\nload = func_odbc.so\n", "rw-r--r--");

        assertThat(check("func_curl").errors().lines())
                .singleElement()
                .asString()
                .contains("loads func_odbc");
        assertThat(check("func_curl", "func_odbc").exitCode()).isZero();
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        write("http.conf", "[general]\nenabled = yes\nbindaddr = 0.0.0.0", "rw-r--r--");
        write("ari_password.conf", PASSWORD, "rw-r--r--");

        assertThat(check().errors().lines()).hasSize(2);
    }

    private void write(String file, String text, String mode) throws IOException {
        Path path = etc.resolve(file);
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private CommandResult check(String... accepted) {
        Stream<String> command = Stream.of(FOLDER.resolve("check").toString(), etc.toString());
        return Command.of(Stream.concat(command, Stream.of(accepted)).toArray(String[]::new))
                .run();
    }
}
