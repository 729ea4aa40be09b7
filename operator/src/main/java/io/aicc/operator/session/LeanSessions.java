package io.aicc.operator.session;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Map;

/** Remembers sessions without what others say in their metadata, of any length, and which nobody here reads. */
public final class LeanSessions extends BasicItemStore<CallSession> {
    public LeanSessions() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public CallSession put(String key, CallSession session) {
        ObjectMeta metadata = session.getMetadata();
        metadata.setManagedFields(List.of());
        metadata.setFinalizers(List.of());
        metadata.setOwnerReferences(List.of());
        metadata.setAnnotations(Map.of());
        metadata.setLabels(Map.of());
        return super.put(key, session);
    }
}
