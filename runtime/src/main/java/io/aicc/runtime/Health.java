package io.aicc.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * What a program says of itself. Each component answers from what it knows already, without waiting for anything, so the
 * whole answer takes well below 100 ms. Thread-safe.
 */
public final class Health {
    private final Map<String, Supplier<State>> readiness = new ConcurrentSkipListMap<>();
    private final Map<String, Supplier<State>> liveness = new ConcurrentSkipListMap<>();

    /** Adds a component that must be up before the program takes work. */
    public void ready(String component, Supplier<State> check) {
        readiness.put(component, check);
    }

    /** Adds a component whose failure only a restart mends. */
    public void live(String component, Supplier<State> check) {
        liveness.put(component, check);
    }

    /** Answer for {@code /health/ready}; liveness counts too, a dead program is not ready. */
    Report readiness() {
        Map<String, Supplier<State>> all = new LinkedHashMap<>(liveness);
        all.putAll(readiness);
        return report(all);
    }

    /** Answer for {@code /health/live}. */
    Report liveness() {
        return report(liveness);
    }

    private static Report report(Map<String, Supplier<State>> checks) {
        Map<String, State> components = new LinkedHashMap<>();
        checks.forEach((name, check) -> components.put(name, ask(check)));
        return new Report(components.values().stream().allMatch(State::up) ? "up" : "down", components);
    }

    private static State ask(Supplier<State> check) {
        try {
            return check.get();
        } catch (RuntimeException e) {
            return State.down("check failed: " + e.getMessage());
        }
    }

    /**
     * One component.
     *
     * @param detail a few words for a person; never a secret, never a number of a caller
     */
    public record State(boolean up, String detail) {
        public static State up(String detail) {
            return new State(true, detail);
        }

        public static State down(String detail) {
            return new State(false, detail);
        }
    }

    /** The JSON body. */
    record Report(String status, Map<String, State> components) {
        boolean up() {
            return status.equals("up");
        }
    }
}
