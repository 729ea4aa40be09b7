package io.aicc.e2e.operator;

import io.aicc.e2e.kube.RealApiServerExtension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test an {@link OperatorRig} of its own, in its constructor too, and closes it after the test. */
final class OperatorRigExtension implements ParameterResolver {
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == OperatorRig.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(Namespace.create(OperatorRig.class))
                .computeIfAbsent(
                        OperatorRig.class,
                        type -> new OperatorRig(RealApiServerExtension.server(test)),
                        OperatorRig.class);
    }
}
