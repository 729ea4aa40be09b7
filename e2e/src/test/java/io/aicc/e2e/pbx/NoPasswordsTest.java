package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No password, key or digest of one is in the repository. */
class NoPasswordsTest {
    /** Something that is called a secret and has a value, in the ways in which configuration files write that. */
    private static final Pattern ASSIGNED = Pattern.compile(
            "(?i)^[\\s\"']*(?:[a-z_./-]*(?:password|passwd|secret|dbpass|api[_-]?key|md5_cred|password_digest))[\"']?\\s*(?:=>|[=:])\\s*[\"']?([^\\s\"';#]+)");

    /** Secrets that give themselves away: private keys, cloud keys, crypt(3) and digest hashes. */
    private static final Pattern TELLTALE = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE"
            + " KEY-----\\s*[A-Za-z0-9+/]|AKIA[0-9A-Z]{16}|\\$(?:apr1|2[aby]|5|6)\\$[./A-Za-z0-9]{8}|MD5:[0-9a-f]{32}");

    /** What stands where a secret would: a variable, a place to fill in, a type, the name of an object or of a key in one. */
    private static final Pattern PLACEHOLDER =
            Pattern.compile("[$%<{\\[(@.].*|\\*+|true|false|null|[a-z-]+-receiver|receiver");

    /** A key such as passwordSecret names the Kubernetes object that holds the secret. */
    private static final Pattern NAMES_AN_OBJECT = Pattern.compile("^\\s*[a-z][A-Za-z]*Secret:.*");

    /** Configuration: programs may well assign to a variable of such a name. */
    private static final Pattern CONFIGURATION =
            Pattern.compile(".*\\.(conf|ya?ml|json|env|properties|toml|ini|tf|tfvars|sql|nft|cfg|xml)");

    @Test
    void noFileOfTheRepositoryHoldsOne() throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> files = files();
        for (Path file : files) {
            for (String line : lines(file)) {
                if (isSecret(file.toString(), line)) {
                    found.add(file + ": " + line.strip());
                }
            }
        }
        assertThat(found).isEmpty();
        assertThat(files).as("looked at the repository").hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password = hunter2",
                "password=>hunter2",
                "  inbound_auth/password = hunter2",
                "secret=hunter2 ; for now",
                "md5_cred = 43a8d9be3da524f9a59ca0593d7b1b5d",
                "dbPassword: \"hunter2\"",
                "\"password\": \"hunter2\",",
                "api-key: abcdef",
            })
    void oneWouldBeFound(String line) {
        assertThat(isSecret("any.conf", line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "; password = ..., in a file of mode 600",
                "#include ari_password.conf",
                "password:",
                "    passwordSecret: pbx-seoul",
                "password = ${PASSWORD}"
            })
    void talkOfOneIsNone(String line) {
        assertThat(isSecret("any.conf", line)).isFalse();
    }

    private static boolean isSecret(String file, String line) {
        if (TELLTALE.matcher(line).find()) {
            return true;
        }
        var assigned = ASSIGNED.matcher(line);
        return CONFIGURATION.matcher(file).matches()
                && !NAMES_AN_OBJECT.matcher(line).matches()
                && assigned.find()
                && !PLACEHOLDER.matcher(assigned.group(1)).matches();
    }

    private static List<Path> files() {
        String listed = Command.of(
                        "git",
                        "-c",
                        "safe.directory=*",
                        "-C",
                        Asterisk.PROJECT.toString(),
                        "ls-files",
                        "-z",
                        "--cached",
                        "--others",
                        "--exclude-standard")
                .run()
                .orFail();
        return Stream.of(listed.split("\0"))
                .map(Asterisk.PROJECT::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException picture) {
            return List.of();
        }
    }
}
