package io.aicc.operator.ari.call;

import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.operator.ari.link.PbxCommands;
import io.aicc.operator.ari.link.PbxException;
import io.aicc.wire.event.Channel;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The taps of one call in the PBX. What we have made or taken away counts at once, long before the PBX's events tell it: so
 * nothing is made twice, and nothing is taken away twice. Not thread-safe.
 */
final class Taps {
    private static final Logger log = LoggerFactory.getLogger(Taps.class);

    /** A channel is ready for a bridge a moment after it is made. */
    private static final int JOIN_ATTEMPTS = 20;

    private static final long JOIN_PAUSE_MS = 10;

    private final PbxCommands pbx;
    private final CallMetrics metrics;
    private final Set<String> made = new HashSet<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Set<String>> joined = new HashMap<>();
    private final Map<Channel, Source> sources = new EnumMap<>(Channel.class);
    private long tokens = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE / 2);

    private record Source(String media, Optional<String> address) {}

    Taps(PbxCommands pbx, CallMetrics metrics) {
        this.pbx = pbx;
        this.metrics = metrics;
    }

    /**
     * Makes the taps what they should be.
     *
     * @param seen what the PBX's events have told so far
     * @return whether they are; otherwise a step failed, and it has to be tried again
     */
    boolean settle(Installed seen, Collection<Tap> wanted) {
        List<TapStep> steps = TapPlan.between(withOurs(seen), wanted, Long.toString(tokens, Character.MAX_RADIX));
        tokens++;
        long start = System.nanoTime();
        boolean building = true;
        boolean failed = false;
        for (TapStep step : steps) {
            if (step.builds() && !building) {
                continue;
            }
            try {
                take(step);
            } catch (PbxException e) {
                failed = true;
                building = false;
                log.atLevel(e.missing() ? org.slf4j.event.Level.DEBUG : org.slf4j.event.Level.WARN)
                        .addKeyValue("step", step)
                        .addKeyValue("problem", e.getMessage())
                        .log("a step towards the taps of a call failed, trying again");
            }
        }
        if (!failed && steps.stream().anyMatch(TapStep.Media.class::isInstance)) {
            metrics.tapped(System.nanoTime() - start);
        }
        return !failed;
    }

    /** The PBX was away, and what it tells from now on is all there is: we may have missed the end of what we made. */
    void forgetOurs() {
        made.clear();
        joined.clear();
    }

    /** The PBX told that one of ours is gone. */
    void gone(String id) {
        made.remove(id);
        joined.remove(id);
        joined.values().forEach(members -> members.remove(id));
        removed.add(id);
    }

    /** Where the speakers' audio comes from; asked from the PBX when somebody else made the taps. */
    MediaSources sources(Installed seen, List<Tap> wanted) {
        return new MediaSources(source(seen, wanted, Channel.CUSTOMER), source(seen, wanted, Channel.AGENT));
    }

    private @Nullable String source(Installed seen, List<Tap> wanted, Channel speaker) {
        return wanted.stream()
                .filter(tap -> tap.name().speaker() == speaker)
                .findFirst()
                .flatMap(tap -> source(seen, tap))
                .orElse(null);
    }

    private Optional<String> source(Installed seen, Tap tap) {
        Optional<String> media = withOurs(seen).channels().stream()
                .filter(id -> id.startsWith(tap.name().media()))
                .sorted()
                .findFirst();
        if (media.isEmpty()) {
            return Optional.empty();
        }
        Source known = sources.get(tap.name().speaker());
        if (known == null || !known.media().equals(media.get())) {
            try {
                known = new Source(media.get(), pbx.sourceOf(media.get()));
            } catch (PbxException e) {
                return Optional.empty();
            }
            sources.put(tap.name().speaker(), known);
        }
        return known.address();
    }

    /** What of ours is there, as far as we know. */
    Installed withOurs(Installed seen) {
        Set<String> channels = new HashSet<>(seen.channels());
        made.stream().filter(id -> !joined.containsKey(id)).forEach(channels::add);
        channels.removeAll(removed);
        Map<String, Set<String>> bridges = new HashMap<>(seen.bridges());
        joined.forEach((bridge, members) -> bridges.merge(bridge, members, Taps::both));
        bridges.keySet().removeAll(removed);
        return new Installed(channels, bridges);
    }

    private void take(TapStep step) throws PbxException {
        switch (step) {
            case TapStep.Snoop(String id, String leg) -> {
                pbx.snoop(leg, id);
                made.add(id);
            }
            case TapStep.Media(TapName tap, String id, String destination) -> {
                Optional<String> address = pbx.externalMedia(id, destination);
                made.add(id);
                sources.put(tap.speaker(), new Source(id, address));
            }
            case TapStep.Bridge(String id) -> {
                pbx.createBridge(id);
                joined.put(id, new HashSet<>());
            }
            case TapStep.Join(String bridge, Set<String> channels) -> {
                join(bridge, channels);
                joined.computeIfAbsent(bridge, id -> new HashSet<>()).addAll(channels);
            }
            case TapStep.HangUp(String channel) -> {
                pbx.hangUp(channel);
                gone(channel);
            }
            case TapStep.Destroy(String bridge) -> {
                pbx.destroyBridge(bridge);
                gone(bridge);
            }
        }
    }

    private void join(String bridge, Set<String> channels) throws PbxException {
        for (int attempt = 1; ; attempt++) {
            try {
                pbx.join(bridge, channels);
                return;
            } catch (PbxException e) {
                if (!e.notYet()) {
                    made.removeAll(channels); // One of them is gone, unnoticed; which are there the PBX will tell.
                    throw e;
                }
                if (attempt == JOIN_ATTEMPTS || !pause()) {
                    throw e;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(JOIN_PAUSE_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Set<String> both(Set<String> one, Set<String> other) {
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }
}
