package io.aicc.runtime;

import java.util.List;

/** A program's environment does not make a configuration. */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    SettingsException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line each: {@code KEY: problem, got 'value'}. */
    public List<String> problems() {
        return problems;
    }
}
