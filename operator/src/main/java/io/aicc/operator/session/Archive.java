package io.aicc.operator.session;

import io.aicc.operator.kube.KubeWrites;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The totals of sessions whose records are gone, in a ConfigMap of the operator's. A leader claims it when it begins to lead:
 * from then on no write of a leader before it succeeds. Somebody's edit is overwritten by the next write of whoever leads;
 * what cannot be read when the lead is taken is kept beside, under {@code unreadable}. Not thread-safe.
 */
final class Archive {
    private static final Logger log = LoggerFactory.getLogger(Archive.class);

    private static final String EPOCH = "epoch";
    private static final String TOTALS = "totals";
    private static final String COUNTED = "counted";
    private static final String UNREADABLE = "unreadable";

    /** Whoever edits it by hand is slower. */
    private static final int TRIES = 5;

    private final KubeWrites api;
    private final String namespace;
    private final String name;
    private long epoch;
    private @Nullable ConfigMap last;

    Archive(KubeWrites api, String namespace, String name) {
        this.api = api;
        this.namespace = namespace;
        this.name = name;
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
     */
    Content claim(long leadership) {
        epoch = leadership;
        for (int i = 0; i < TRIES; i++) {
            last = api.configMap(namespace, name).orElse(null);
            Map<String, String> data = last == null ? Map.of() : Objects.requireNonNullElse(last.getData(), Map.of());
            Optional<Totals> read = Totals.parse(data.getOrDefault(TOTALS, ""));
            Content content = new Content(read.orElseGet(Totals::new), words(data.getOrDefault(COUNTED, "")));
            Map<String, String> ours = new HashMap<>(text(content));
            if (read.isEmpty()) {
                ours.put(UNREADABLE, data.getOrDefault(TOTALS, ""));
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
        Optional<ConfigMap> written =
                last == null ? api.create(namespace, name, data) : api.mergeData(Objects.requireNonNull(last), data);
        last = written.orElse(last);
        return written.isPresent();
    }

    private Map<String, String> text(Content content) {
        return Map.of(
                EPOCH,
                Long.toString(epoch),
                TOTALS,
                content.totals().text(),
                COUNTED,
                String.join("\n", content.counted()));
    }

    /** Zero when it says none: then it is no leader's. */
    private static long epoch(ConfigMap map) {
        String text = map.getData() == null ? "" : map.getData().getOrDefault(EPOCH, "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }
}
