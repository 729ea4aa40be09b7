package io.aicc.worker.audio;

/** L16: signed 16 bit samples, most significant byte first (RFC 3551 §4.5.11). */
enum LinearPcm implements PayloadDecoder {
    BIG_ENDIAN;

    @Override
    public int bytesPerSample() {
        return 2;
    }

    @Override
    public byte silence() {
        return 0;
    }

    @Override
    public int decode(byte[] payload, int length, short[] samples) {
        int count = length / 2;
        for (int i = 0; i < count; i++) {
            samples[i] = (short) (payload[2 * i] << 8 | payload[2 * i + 1] & 0xFF);
        }
        return count;
    }
}
