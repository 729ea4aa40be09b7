package io.aicc.operator.session;

/** One small piece of a session's life. It may be taken any number of times: what is done already, it leaves alone. */
@FunctionalInterface
interface Step {
    Outcome take(Call call);
}
