package io.aicc.demo.pod;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Loopback addresses, one for each pod, so that the fixed ports of many pods never meet. Linux answers on all of
 * 127.0.0.0/8 without being told to. An address rests as long as possible before it serves again. Thread-safe.
 */
final class PodAddresses implements AutoCloseable {
    private static final int FIRST_NETWORK = 64;
    private static final int NETWORKS = 128;
    private static final int HOSTS = 1 << 16;

    /** On the one address of a network that no pod gets; any number would do, if all use the same. */
    private static final int CLAIM_PORT = 20_000;

    private final ServerSocket claim;
    private final int network;
    private final Set<Integer> taken = new HashSet<>();
    private int last;

    private PodAddresses(int network, ServerSocket claim) {
        this.network = network;
        this.claim = claim;
    }

    /** Those of a network that no other program on this machine gives to its pods until this one is closed. */
    static PodAddresses claim() throws IOException {
        for (int network = FIRST_NETWORK; network < FIRST_NETWORK + NETWORKS; network++) {
            InetAddress address = InetAddress.ofLiteral("127.%d.255.255".formatted(network));
            try {
                return new PodAddresses(network, new ServerSocket(CLAIM_PORT, 1, address));
            } catch (BindException othersNetwork) {
                // The next one, then.
            }
        }
        throw new IOException("all %d networks for pods on this machine are taken".formatted(NETWORKS));
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

    @Override
    public void close() throws IOException {
        claim.close();
    }
}
