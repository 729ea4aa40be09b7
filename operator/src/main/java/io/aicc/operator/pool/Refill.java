package io.aicc.operator.pool;

/**
 * What has to be done so that a pool has the idle workers it should have, all made from its present resource. Pure.
 *
 * <p>After a change of the resource, outdated idle workers are replaced a few at a time and the new ones first: callers find
 * as many idle workers as ever, and a change whose pods never get ready costs nobody an idle worker.
 *
 * @param make workers to make
 * @param retire ready workers to let go, outdated ones first
 * @param abort starting workers to let go
 */
record Refill(int make, int retire, int abort) {
    /** Share of the idle workers that is replaced at a time. */
    private static final int STEPS = 4;

    /**
     * From the pool's counts.
     *
     * @param refused calls that idle workers would not have: another one may
     */
    static Refill of(Staffing.Counts counts, int refused) {
        int wanted = counts.target() + counts.waiting() + refused;
        int atOnce = Math.ceilDiv(counts.target(), STEPS);
        int toKeep = counts.warm() - Math.min(counts.outdated(), atOnce);
        int missing = wanted - toKeep - counts.starting();
        int retire = Math.max(0, counts.warm() - wanted);
        return new Refill(Math.max(0, missing), retire, Math.max(0, -missing - retire));
    }

    /** The pool may have no more workers or has no port left: one outdated worker goes before its successor comes. */
    Refill toMakeRoom() {
        return new Refill(make, Math.max(1, retire), abort);
    }
}
