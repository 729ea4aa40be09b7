package io.aicc.demo.api;

/**
 * How a write is meant.
 *
 * @param dryRun everything happens but the write itself
 * @param strict fields that the schema does not know are refused instead of dropped
 */
record WriteOptions(boolean dryRun, boolean strict) {
    static final WriteOptions PLAIN = new WriteOptions(false, false);
}
