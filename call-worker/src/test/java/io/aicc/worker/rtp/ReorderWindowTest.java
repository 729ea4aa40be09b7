package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReorderWindowTest {
    private static final long MS = 1_000_000;

    private final List<Integer> heard = new ArrayList<>();
    private final List<Integer> lostBefore = new ArrayList<>();
    private int lost;
    private final ReorderWindow window = new ReorderWindow(new ReorderWindow.Output() {
        @Override
        public void release(RtpPacket packet, long arrivalNanos, int missing) {
            heard.add(packet.sequenceNumber());
            lostBefore.add(missing);
        }

        @Override
        public void lost(int change) {
            lost += change;
        }
    });

    @Test
    void passesWhatIsInOrderAtOnce() {
        window.restart(10);

        offer(10, 11);

        assertThat(heard).containsExactly(10, 11);
    }

    @Test
    void waitsForFourPacketsAndNoLonger() {
        window.restart(1);

        offer(2, 3, 4, 5);
        assertThat(heard).isEmpty();

        offer(6);
        assertThat(heard).containsExactly(2, 3, 4, 5, 6);
        assertThat(lostBefore).containsExactly(1, 0, 0, 0, 0);
        assertThat(lost).isEqualTo(1);
    }

    @Test
    void stopsWaitingWhenNothingElseComes() {
        window.restart(1);
        offer(2);

        window.expire(99 * MS);
        assertThat(heard).isEmpty();

        window.expire(100 * MS);
        assertThat(heard).containsExactly(2);
    }

    @Test
    void aPacketThatComesAfterItsTurnIsLateAndNoLongerLost() {
        window.restart(1);
        offer(2, 3, 4, 5, 6);

        assertThat(offer(1)).isEqualTo(RejectReason.LATE);
        assertThat(offer(1)).isEqualTo(RejectReason.DUPLICATE);
        assertThat(lost).isZero();
        assertThat(heard).doesNotContain(1);
    }

    @Test
    void aPacketThatComesTwiceIsHeardOnce() {
        window.restart(1);
        offer(1, 2);

        assertThat(offer(2)).isEqualTo(RejectReason.DUPLICATE);
        assertThat(offer(4)).isNull();
        assertThat(offer(4)).isEqualTo(RejectReason.DUPLICATE);
        window.flush();
        assertThat(heard).containsExactly(1, 2, 4);
    }

    @Test
    void packetsFromBeforeTheStartAreLateButWereNeverLost() {
        window.restart(10);
        offer(10);

        assertThat(offer(9)).isEqualTo(RejectReason.LATE);
        assertThat(lost).isZero();
    }

    @Test
    void aRestartLetsGoOfWhatIsHeldFirst() {
        window.restart(1);
        offer(1, 3, 4);

        window.restart(500);
        offer(500);

        assertThat(heard).containsExactly(1, 3, 4, 500);
        assertThat(lostBefore).containsExactly(0, 1, 0, 0);
    }

    /** Packets overtake each other by up to four places: every order that can come of that is put right. */
    @Property
    void anyOrderWithinTheWindowComesOutInOrder(
            @ForAll @IntRange(max = 65_535) int first,
            @ForAll @IntRange(min = 1, max = 200) int count,
            @ForAll long seed) {
        forget();
        window.restart(first);

        for (int i : delayed(count, ReorderWindow.SIZE, new Random(seed))) {
            assertThat(offer(first + i & 0xFFFF)).isNull();
        }

        window.flush();
        assertThat(heard)
                .isEqualTo(IntStream.range(0, count)
                        .map(i -> first + i & 0xFFFF)
                        .boxed()
                        .toList());
        assertThat(lost).isZero();
    }

    /** Whatever happens on the way: what is heard is in order and never twice, and every packet is accounted for. */
    @Property
    void everyPacketOfAnyStreamIsAccountedForOnce(@ForAll @IntRange(min = 1, max = 300) int count, @ForAll long seed) {
        forget();
        Random random = new Random(seed);
        List<Integer> arriving = new ArrayList<>();
        for (int i : delayed(count, 20, random)) {
            int copies = random.nextInt(10) == 0 ? random.nextInt(3) : 1;
            for (int copy = 0; copy < copies; copy++) {
                arriving.add(i);
            }
        }
        arriving.add(count);
        window.restart(0);

        int late = 0;
        int duplicates = 0;
        for (int sequenceNumber : arriving) {
            RejectReason reason = offer(sequenceNumber);
            late += reason == RejectReason.LATE ? 1 : 0;
            duplicates += reason == RejectReason.DUPLICATE ? 1 : 0;
        }
        window.flush();

        assertThat(heard).isSorted().doesNotHaveDuplicates();
        assertThat(heard.size() + late + duplicates).isEqualTo(arriving.size());
        assertThat(heard.size() + late + lost).isEqualTo(count + 1);
        assertThat(heard.size() + lostBefore.stream().mapToInt(i -> i).sum()).isEqualTo(count + 1);
    }

    /** 0 to count − 1 in the order in which they arrive when each is delayed by less than so many places. */
    private static List<Integer> delayed(int count, int places, Random random) {
        double[] delays = random.doubles(count, 0, places).toArray();
        return IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> i + delays[i]))
                .toList();
    }

    private void forget() {
        window.restart(0);
        heard.clear();
        lostBefore.clear();
        lost = 0;
    }

    private @Nullable RejectReason offer(int... sequenceNumbers) {
        @Nullable RejectReason last = null;
        RtpPacket packet = new RtpPacket();
        for (int sequenceNumber : sequenceNumbers) {
            byte[] bytes = Packets.ulaw(sequenceNumber, 1);
            packet.wrap(bytes, 0, bytes.length);
            last = window.offer(packet, 0);
        }
        return last;
    }
}
