package io.aicc.worker.speech;

import org.jspecify.annotations.Nullable;

/** Where an engine looks up its own settings, so that engines that were not chosen ask for nothing. */
@FunctionalInterface
public interface EngineSettings {
    /** The value of a setting such as {@code AICC_SPHINX_LM}; null or blank when it is not set. */
    @Nullable
    String get(String key);

    /** The value of a setting, or what to use when it is not set. */
    default String get(String key, String unset) {
        String value = get(key);
        return value == null || value.isBlank() ? unset : value;
    }
}
