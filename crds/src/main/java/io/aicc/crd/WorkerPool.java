package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A fleet of one-call workers kept warm, and the ports, engine and receivers they work with. */
@JsonClassDescription("A fleet of one-call workers kept warm, and the ports, engine and receivers they work with.")
@Group("aicc.io")
@Version("v1alpha1")
@Kind("WorkerPool")
@Plural("workerpools")
@Singular("workerpool")
@ShortNames("wp")
@AdditionalPrinterColumn(name = "Warm", jsonPath = ".status.warm", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Busy", jsonPath = ".status.busy", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Max", jsonPath = ".spec.maxWorkers", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "PortsFree",
        jsonPath = ".status.ports.free",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Engine", jsonPath = ".spec.speech.engine", priority = 1)
@AdditionalPrinterColumn(name = "Image", jsonPath = ".spec.worker.image", priority = 1)
@AdditionalPrinterColumn(
        name = "Quarantined",
        jsonPath = ".status.ports.quarantined",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
public final class WorkerPool extends CustomResource<WorkerPoolSpec, WorkerPoolStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    public WorkerPoolSpec getSpec() {
        return super.getSpec();
    }
}
