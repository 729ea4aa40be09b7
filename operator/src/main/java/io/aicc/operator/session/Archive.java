package io.aicc.operator.session;

import io.aicc.operator.kube.KubeWrites;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The totals of sessions whose records are gone, in a ConfigMap of the operator's. A leader claims it when it begins to lead:
 * from then on no write of a leader before it succeeds, nor a claim. Somebody's edit is overwritten by the next write of whoever
 * leads, and what is not ours goes; what cannot be read when the lead is taken is kept beside, under {@code unreadable}. Not
 * thread-safe.
 */
final class Archive {
    private static final Logger log = LoggerFactory.getLogger(Archive.class);

    private static final String EPOCH = "epoch";
    private static final String TOTALS = "totals";
    private static final String COUNTED = "counted";
    private static final String UNREADABLE = "unreadable";

    private static final Set<String> OURS = Set.of(EPOCH, TOTALS, COUNTED, UNREADABLE);

    /** Whoever edits it by hand is slower. */
    private static final int TRIES = 5;

    /** So much of what makes no sense is kept: a ConfigMap has a size, and there is to be room in it. */
    private static final int MOST_UNREADABLE = 4_096;

    /** So many names are read; more than are ever written. */
    private static final int MOST_COUNTED = 12_000;

    /**
     * A number greater than ours is that of a newer leader, and we shall be told before long that we lead no more. Whoever still
     * leads after so long has found somebody's edit.
     */
    static final Duration DEPOSED_BY_THEN = Duration.ofMinutes(2);

    private final KubeWrites api;
    private final String namespace;
    private final String name;
    private final InstantSource clock;
    private long epoch;
    private @Nullable Instant refusedSince;
    private @Nullable ConfigMap last;

    Archive(KubeWrites api, CallSessionReconciler.Home home, InstantSource clock) {
        this.api = api;
        this.namespace = home.namespace();
        this.name = home.archive();
        this.clock = clock;
    }

    /**
     * What it holds.
     *
     * @param counted UIDs of the sessions that were added last: something of theirs may still be there
     */
    record Content(Totals totals, List<String> counted) {
        static final Content NOTHING = new Content(new Totals(), List.of());
    }

    /**
     * Makes it ours.
     *
     * @param leadership a number that no leader before us had, and none after us will
     * @throws IllegalStateException when a newer leader has it, or somebody changes it each time
     */
    Content claim(long leadership) {
        epoch = leadership;
        for (int i = 0; i < TRIES; i++) {
            last = api.configMap(namespace, name).orElse(null);
            yieldToNewer(last);
            Map<String, String> data = data(last);
            Optional<Totals> read = Totals.parse(data.getOrDefault(TOTALS, ""));
            Content content = new Content(read.orElseGet(Totals::new), counted(data.getOrDefault(COUNTED, "")));
            Map<String, String> ours = text(content);
            String senseless = read.isEmpty() ? data.get(TOTALS) : data.get(UNREADABLE);
            if (senseless != null) {
                ours.put(UNREADABLE, senseless.substring(0, Math.min(senseless.length(), MOST_UNREADABLE)));
            }
            if (put(ours)) {
                if (read.isEmpty()) {
                    log.atError()
                            .addKeyValue("config_map", name)
                            .addKeyValue("kept_as", UNREADABLE)
                            .log("totals in the archive make no sense, counting from what records say");
                }
                return content;
            }
        }
        throw new IllegalStateException("ConfigMap " + name + " was changed by somebody else each time");
    }

    private void yieldToNewer(@Nullable ConfigMap found) {
        if (found == null || epoch(found) <= epoch) {
            refusedSince = null;
            return;
        }
        Instant now = clock.instant();
        Instant since = Objects.requireNonNullElse(refusedSince, now);
        refusedSince = since;
        if (now.isBefore(since.plus(DEPOSED_BY_THEN))) {
            throw new IllegalStateException("ConfigMap %s is claimed by a newer leader: epoch %d, ours is %d"
                    .formatted(name, epoch(found), epoch));
        }
    }

    /**
     * Replaces what it holds.
     *
     * @return false when another leader has claimed it
     */
    boolean write(Content content) {
        for (int i = 0; i < TRIES; i++) {
            if (put(text(content))) {
                return true;
            }
            last = api.configMap(namespace, name).orElse(null);
            if (last != null && epoch(last) > epoch) {
                return false;
            }
        }
        throw new IllegalStateException("ConfigMap " + name + " was changed by somebody else each time");
    }

    private boolean put(Map<String, String> data) {
        Optional<ConfigMap> written = last == null
                ? api.create(namespace, name, data)
                : api.mergeData(Objects.requireNonNull(last), whole(data));
        last = written.orElse(last);
        return written.isPresent();
    }

    /** With the names of what is to go: a merge removes what is null. */
    private Map<String, @Nullable String> whole(Map<String, String> data) {
        Map<String, @Nullable String> whole = new HashMap<>();
        data(last).keySet().stream().filter(entry -> !OURS.contains(entry)).forEach(entry -> whole.put(entry, null));
        whole.putAll(data);
        return whole;
    }

    private Map<String, String> text(Content content) {
        return new HashMap<>(Map.of(
                EPOCH,
                Long.toString(epoch),
                TOTALS,
                content.totals().text(),
                COUNTED,
                String.join("\n", content.counted())));
    }

    private static Map<String, String> data(@Nullable ConfigMap map) {
        return map == null ? Map.of() : Objects.requireNonNullElse(map.getData(), Map.of());
    }

    /** Zero when it says none: then it is no leader's. */
    private static long epoch(ConfigMap map) {
        String text = data(map).getOrDefault(EPOCH, "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /** UIDs are UUIDs; whatever else somebody wrote there names no session. */
    private static List<String> counted(String text) {
        return Arrays.stream(text.split("\\s+"))
                .filter(word -> word.matches("[0-9A-Za-z-]{1,64}"))
                .limit(MOST_COUNTED)
                .toList();
    }
}
