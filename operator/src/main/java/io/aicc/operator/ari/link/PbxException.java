package io.aicc.operator.ari.link;

/** The PBX did not do what it was asked. The message names operation and object. */
public final class PbxException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int NOT_FOUND = 404;
    private static final int UNPROCESSABLE = 422;

    private final int status;

    /** @param status of HTTP; 0 when there was no answer */
    PbxException(String operation, String object, int status, String problem) {
        super(operation + " " + object + ": " + (status == 0 ? "" : status + " ") + problem);
        this.status = status;
    }

    /** What was asked about does not exist, or no longer. */
    public boolean missing() {
        return status == NOT_FOUND;
    }

    /** A channel is not in our application yet. */
    public boolean notYet() {
        return status == UNPROCESSABLE;
    }

    int status() {
        return status;
    }
}
