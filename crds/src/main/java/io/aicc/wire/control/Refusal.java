package io.aicc.wire.control;

/**
 * Why a request was not carried out.
 *
 * @param error one sentence: what, on which object, expected and got
 */
public record Refusal(String error) {
    /** @throws IllegalArgumentException when it says nothing */
    public Refusal {
        if (error == null) {
            throw new IllegalArgumentException("error: missing");
        }
    }
}
