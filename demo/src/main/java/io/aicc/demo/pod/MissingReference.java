package io.aicc.demo.pod;

/** A pod names a secret, a config map or a key of one that is not there; it may come yet. */
final class MissingReference extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingReference(String message) {
        super(message, null, false, false);
    }
}
