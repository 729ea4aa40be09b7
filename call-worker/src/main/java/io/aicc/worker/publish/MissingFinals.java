package io.aicc.worker.publish;

/**
 * Final transcripts that some receiver has not got, or never will.
 *
 * @param all how many, 0 or more
 * @param unsaved those of which the process after this one would know nothing: on no disk, and not counted there as lost
 */
public record MissingFinals(long all, long unsaved) {
    /** Every receiver has every one. */
    public static final MissingFinals NONE = new MissingFinals(0, 0);
}
