package io.aicc.e2e.pbx;

import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.SipPhone.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Phones that log in at an Asterisk: SIPp. */
record Registration(AsteriskProcess asterisk, Path directory) {
    private static final Path SCENARIO = Asterisk.PROJECT.resolve("e2e/src/test/resources/pbx/register.xml");

    /** Logs in, and fails unless Asterisk's last answer has that status. */
    void as(String agent, String password, Place phone, int status) throws IOException {
        String scenario = Files.readString(SCENARIO)
                .replace("@AGENT@", agent)
                .replace("@PASSWORD@", password)
                .replace("@CONTACT@", phone.agentContact())
                .replace("@STATUS@", Integer.toString(status));
        Path folder = Files.createTempDirectory(directory, "registration-");
        Files.writeString(folder.resolve("scenario.xml"), scenario);
        Command.of(
                        "sipp",
                        asterisk.sip(),
                        "-sf",
                        "scenario.xml",
                        "-m",
                        "1",
                        "-nostdin",
                        "-timeout",
                        "10",
                        "-i",
                        "127.0.0.1")
                .in(folder)
                .run()
                .orFail();
    }
}
