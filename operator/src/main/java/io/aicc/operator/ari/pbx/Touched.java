package io.aicc.operator.ari.pbx;

import java.util.HashSet;
import java.util.Set;

/**
 * What an event may have changed.
 *
 * @param customers channels of customers whose conversations are to be looked at again
 * @param objects channels and bridges that the event was about
 */
public record Touched(Set<String> customers, Set<String> objects) {
    static Touched nothing() {
        return new Touched(new HashSet<>(), new HashSet<>());
    }

    /** Adds what another event may have changed. */
    public void add(Touched more) {
        customers.addAll(more.customers);
        objects.addAll(more.objects);
    }
}
