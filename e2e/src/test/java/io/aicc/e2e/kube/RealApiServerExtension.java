package io.aicc.e2e.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link RealApiServer} of their JVM, or only its {@link KubernetesClient}, as a parameter. The first
 * test that asks starts it; it stops when the last test of the JVM has ended.
 */
public final class RealApiServerExtension implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == RealApiServer.class || type == KubernetesClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        RealApiServer server = server(context);
        return parameter.getParameter().getType() == RealApiServer.class ? server : server.client();
    }

    /** For extensions that build on it. */
    public static RealApiServer server(ExtensionContext context) {
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(RealApiServer.class))
                .computeIfAbsent(RealApiServer.class, type -> RealApiServer.start(), RealApiServer.class);
    }
}
