package io.aicc.operator.ari.call;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What has to be done so that exactly the wanted taps are there. Nothing, when they are. */
final class TapPlan {
    private final Installed actual;
    private final String token;
    private final List<TapStep> steps = new ArrayList<>();
    private final Set<String> kept = new HashSet<>();

    private TapPlan(Installed actual, String token) {
        this.actual = actual;
        this.token = token;
    }

    /**
     * The steps, in order: new audio flows before old audio is taken away.
     *
     * @param token ends the ids of what has to be made; never used before for the session
     */
    static List<TapStep> between(Installed actual, Collection<Tap> wanted, String token) {
        TapPlan plan = new TapPlan(actual, token);
        wanted.forEach(plan::build);
        plan.removeTheRest();
        return plan.steps;
    }

    private void build(Tap tap) {
        TapName name = tap.name();
        Set<String> channels = new HashSet<>();
        for (String leg : tap.heard()) {
            String snoop = one(actual.channels(), name.snoop(leg));
            if (!actual.channels().contains(snoop)) {
                steps.add(new TapStep.Snoop(snoop, leg));
            }
            channels.add(snoop);
        }
        String media = one(actual.channels(), name.media());
        if (!actual.channels().contains(media)) {
            steps.add(new TapStep.Media(name, media, tap.destination()));
        }
        channels.add(media);
        String bridge = one(actual.bridges().keySet(), name.bridge());
        if (!actual.bridges().containsKey(bridge)) {
            steps.add(new TapStep.Bridge(bridge));
        }
        kept.add(bridge);
        kept.addAll(channels);
        channels.removeAll(actual.bridges().getOrDefault(bridge, Set.of()));
        if (!channels.isEmpty()) {
            steps.add(new TapStep.Join(bridge, Set.copyOf(channels)));
        }
    }

    private void removeTheRest() {
        actual.channels().stream()
                .filter(id -> !kept.contains(id))
                .sorted()
                .forEach(id -> steps.add(new TapStep.HangUp(id)));
        actual.bridges().keySet().stream()
                .filter(id -> !kept.contains(id))
                .sorted()
                .forEach(id -> steps.add(new TapStep.Destroy(id)));
    }

    /** The object whose id begins so, or the id of one to be made. */
    private String one(Set<String> ids, String prefix) {
        return ids.stream()
                .filter(id -> id.startsWith(prefix))
                .sorted()
                .findFirst()
                .orElse(prefix + token);
    }
}
