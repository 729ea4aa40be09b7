package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.Channel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TapPlanTest {
    private static final TapName CUSTOMER = new TapName("aicc", "pbx-1", Channel.CUSTOMER, 1);
    private static final TapName AGENT = new TapName("aicc", "pbx-1", Channel.AGENT, 1);
    private static final Tap HEAR_CUSTOMER = new Tap(CUSTOMER, "10.0.0.1:20000", Set.of("c"));

    @Test
    void aTapIsASnoopAMediaChannelAndABridgeWithBoth() {
        assertThat(TapPlan.between(Installed.nothing(), List.of(HEAR_CUSTOMER), "t"))
                .containsExactly(
                        new TapStep.Snoop(CUSTOMER.snoop("c") + "t", "c"),
                        new TapStep.Media(CUSTOMER, CUSTOMER.media() + "t", "10.0.0.1:20000"),
                        new TapStep.Bridge(CUSTOMER.bridge() + "t"),
                        new TapStep.Join(
                                CUSTOMER.bridge() + "t", Set.of(CUSTOMER.snoop("c") + "t", CUSTOMER.media() + "t")));
    }

    @Test
    void whatIsThereStays() {
        Installed done = after(Installed.nothing(), List.of(HEAR_CUSTOMER), "t");
        assertThat(TapPlan.between(done, List.of(HEAR_CUSTOMER), "later")).isEmpty();
    }

    @Test
    void anotherAgentIsHeardOverTheSameMediaChannel() {
        Installed first = after(Installed.nothing(), List.of(new Tap(AGENT, "10.0.0.1:20001", Set.of("a"))), "t");
        assertThat(TapPlan.between(first, List.of(new Tap(AGENT, "10.0.0.1:20001", Set.of("b"))), "u"))
                .containsExactly(
                        new TapStep.Snoop(AGENT.snoop("b") + "u", "b"),
                        new TapStep.Join(AGENT.bridge() + "t", Set.of(AGENT.snoop("b") + "u")),
                        new TapStep.HangUp(AGENT.snoop("a") + "t"));
    }

    @Test
    void anotherWorkerIsSentToBeforeTheFormerIsLeft() {
        Installed first = after(Installed.nothing(), List.of(HEAR_CUSTOMER), "t");
        TapName next = new TapName("aicc", "pbx-1", Channel.CUSTOMER, 2);
        List<TapStep> steps = TapPlan.between(first, List.of(new Tap(next, "10.0.0.2:20000", Set.of("c"))), "u");
        assertThat(steps.stream().map(TapStep::builds)).containsExactly(true, true, true, true, false, false, false);
    }

    @Test
    void aSecondObjectOfTheSameKindIsTooMany() {
        Installed done = after(Installed.nothing(), List.of(HEAR_CUSTOMER), "t");
        Set<String> channels = new HashSet<>(done.channels());
        channels.add(CUSTOMER.media() + "z");
        assertThat(TapPlan.between(new Installed(channels, done.bridges()), List.of(HEAR_CUSTOMER), "u"))
                .containsExactly(new TapStep.HangUp(CUSTOMER.media() + "z"));
    }

    /** Whatever is there, whatever is wanted: one plan leads there, and then nothing is left to do. */
    @Property(tries = 300)
    void onePlanIsEnough(
            @ForAll @Size(max = 6) Set<@IntRange(max = 11) Integer> before,
            @ForAll @Size(max = 4) Set<@IntRange(max = 3) Integer> legs,
            @ForAll boolean wanted) {
        Map<String, Set<String>> bridges = new HashMap<>();
        Set<String> channels = new HashSet<>();
        for (int kind : before) {
            TapName name = new TapName("aicc", "pbx-1", Channel.values()[kind % 2], 1 + kind % 3);
            switch (kind % 4) {
                case 0 -> bridges.put(name.bridge() + "old", Set.of());
                case 1 -> channels.add(name.media() + "old");
                default -> channels.add(name.snoop("leg" + kind) + "old");
            }
        }
        Set<String> heard = new HashSet<>();
        legs.forEach(leg -> heard.add("leg" + leg));
        List<Tap> taps = wanted ? List.of(new Tap(AGENT, "10.0.0.1:20001", heard)) : List.of();
        Installed settled = after(new Installed(channels, bridges), taps, "new");
        assertThat(TapPlan.between(settled, taps, "newer")).isEmpty();
        assertThat(settled.empty()).isEqualTo(taps.isEmpty());
    }

    private static Installed after(Installed before, List<Tap> wanted, String token) {
        Set<String> channels = new HashSet<>(before.channels());
        Map<String, Set<String>> bridges = new HashMap<>(before.bridges());
        for (TapStep step : TapPlan.between(before, wanted, token)) {
            switch (step) {
                case TapStep.Snoop(String id, String leg) -> channels.add(id);
                case TapStep.Media(TapName tap, String id, String destination) -> channels.add(id);
                case TapStep.Bridge(String id) -> bridges.put(id, Set.of());
                case TapStep.Join(String bridge, Set<String> members) -> {
                    Set<String> all = new HashSet<>(bridges.getOrDefault(bridge, Set.of()));
                    all.addAll(members);
                    bridges.put(bridge, all);
                }
                case TapStep.HangUp(String channel) -> channels.remove(channel);
                case TapStep.Destroy(String bridge) -> bridges.remove(bridge);
            }
        }
        return new Installed(channels, bridges);
    }
}
