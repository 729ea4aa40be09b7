package io.aicc.operator.port;

/** Two neighbouring UDP ports: an even one that hears the customer, and the odd one after it that hears the agent. */
public record PortPair(int customer) {
    /** First port that may ever be leased. */
    public static final int FIRST = 20_000;

    /** Last one: 30000 is where Kubernetes' node ports begin. */
    public static final int LAST = 29_999;

    /** @throws IllegalArgumentException when the customer's port is odd or out of range */
    public PortPair {
        if (customer % 2 != 0 || customer < FIRST || customer >= LAST) {
            throw new IllegalArgumentException(
                    "customer port must be even, %d to %d, got %d".formatted(FIRST, LAST - 1, customer));
        }
    }

    /** The agent's port. */
    public int agent() {
        return customer + 1;
    }

    @Override
    public String toString() {
        return customer + "/" + agent();
    }
}
