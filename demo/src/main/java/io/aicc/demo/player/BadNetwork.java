package io.aicc.demo.player;

import io.aicc.demo.player.Damage.Dealt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Random;

/**
 * A stream on its way through a network that damages it, the same way in every run. The first and the last packets are spared:
 * nobody can tell a stream that lost its end from one that ended. Used by one thread.
 */
final class BadNetwork {
    private static final int SPARED = 5;
    private static final int LATEST = 3;
    private static final int NOBODY = -1;

    private final RtpStream stream;
    private final Damage damage;
    private final Random random;
    private int held = NOBODY;
    private int heldFor;
    private long lost;
    private long reordered;
    private long doubled;

    BadNetwork(RtpStream stream, Damage damage, long seed) {
        this.stream = stream;
        this.damage = damage;
        this.random = new Random(seed);
    }

    /** Takes the packet of that number; passes it on, perhaps later, perhaps twice, perhaps never. */
    void send(int number, InetSocketAddress to) throws IOException {
        boolean spared = number < SPARED || number >= stream.packets() - SPARED;
        if (!spared && happens(damage.loss())) {
            lost++;
        } else if (!spared && held == NOBODY && happens(damage.reorder())) {
            reordered++;
            held = number;
            heldFor = 1 + random.nextInt(LATEST);
            return;
        } else {
            deliver(number, to, spared);
        }
        if (held != NOBODY && --heldFor == 0) {
            deliver(held, to, false);
            held = NOBODY;
        }
    }

    Dealt dealt() {
        return new Dealt(lost, reordered, doubled);
    }

    private void deliver(int number, InetSocketAddress to, boolean spared) throws IOException {
        stream.send(number, to);
        if (!spared && happens(damage.duplicate())) {
            stream.send(number, to);
            doubled++;
        }
    }

    private boolean happens(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }
}
