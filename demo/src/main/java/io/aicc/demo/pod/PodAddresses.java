package io.aicc.demo.pod;

import java.util.HashSet;
import java.util.Set;

/**
 * Loopback addresses, one for each pod, so that the fixed ports of many pods never meet. Linux answers on all of
 * 127.0.0.0/8 without being told to. An address rests as long as possible before it serves again. Thread-safe.
 */
final class PodAddresses {
    private static final int HOSTS = 1 << 16;

    private final int network;
    private final Set<Integer> taken = new HashSet<>();
    private int last;

    /** @param network second byte of the addresses; processes that run side by side use different ones */
    PodAddresses(int network) {
        this.network = network;
    }

    synchronized String take() {
        if (taken.size() >= HOSTS - 2) {
            throw new IllegalStateException("all %d pod addresses are taken".formatted(HOSTS - 2));
        }
        do {
            last = last % (HOSTS - 2) + 1;
        } while (!taken.add(last));
        return "127.%d.%d.%d".formatted(network, last >> 8, last & 0xff);
    }

    synchronized void release(String address) {
        String[] bytes = address.split("\\.");
        taken.remove(Integer.parseInt(bytes[2]) << 8 | Integer.parseInt(bytes[3]));
    }
}
