package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;

/** Remembers sessions without the owners of their fields, which are long and which nobody here reads. */
public final class LeanSessions extends BasicItemStore<CallSession> {
    public LeanSessions() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public CallSession put(String key, CallSession session) {
        session.getMetadata().setManagedFields(List.of());
        return super.put(key, session);
    }
}
