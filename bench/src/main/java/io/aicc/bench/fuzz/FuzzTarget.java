package io.aicc.bench.fuzz;

import io.aicc.worker.control.HostileControl;
import io.aicc.worker.rtp.HostilePackets;
import io.aicc.worker.speech.google.HostileGoogle;
import io.aicc.worker.speech.vosk.HostileVosk;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Something that reads what strangers send. Whatever it throws is a find: bad input is a value, never an exception. */
public enum FuzzTarget {
    /** RTP, RTCP and telephone events, from the socket's bytes to the consumer's frames. */
    MEDIA,
    /** Orders on the control channel, and what they lead to before anybody acts on them. */
    CONTROL,
    /** Its tokens. */
    TOKEN,
    /** What receivers answer. */
    ANSWER,
    /** Events, as receivers read them. */
    EVENT,
    /** What vosk-server answers. */
    VOSK,
    /** What Google answers. */
    GOOGLE;

    private static final String HEX = "hex:";

    /** Tries one input, and checks what came of it. */
    public void read(byte[] input) throws Exception {
        switch (this) {
            case MEDIA -> HostilePackets.hear(input);
            case CONTROL -> HostileControl.order(input);
            case TOKEN -> HostileControl.token(input);
            case ANSWER -> HostileWire.answer(input);
            case EVENT -> HostileWire.event(input);
            case VOSK -> HostileVosk.answer(input);
            case GOOGLE -> HostileGoogle.answer(input);
        }
    }

    /** An input from its line in the corpus: hexadecimal behind {@value #HEX}, otherwise the text as it is. */
    public static byte[] fromLine(String line) {
        return line.startsWith(HEX)
                ? HexFormat.of().parseHex(line.substring(HEX.length()))
                : line.getBytes(StandardCharsets.UTF_8);
    }
}
