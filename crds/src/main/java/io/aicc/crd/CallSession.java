package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * One call and its transcription. The ARI controller creates it when two parties talk, the operator gives it a worker, and
 * it stays for a while after the call as the record of what happened.
 */
@JsonClassDescription(
        "One call and its transcription: who speaks, where the PBX sends the audio, and what became of it.")
@Group("aicc.io")
@Version("v1alpha1")
@Kind("CallSession")
@Plural("callsessions")
@Singular("callsession")
@ShortNames({"call", "calls"})
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Customer", jsonPath = ".spec.customerNumber")
@AdditionalPrinterColumn(name = "Agent", jsonPath = ".spec.agentId")
@AdditionalPrinterColumn(
        name = "Ports",
        jsonPath = ".status.mediaEndpoint.customerPort",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Worker", jsonPath = ".status.worker.pod")
@AdditionalPrinterColumn(
        name = "Turns",
        jsonPath = ".status.summary.transcripts",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Call", jsonPath = ".spec.callId", priority = 1)
@AdditionalPrinterColumn(name = "Language", jsonPath = ".spec.language", priority = 1)
@AdditionalPrinterColumn(name = "Host", jsonPath = ".status.mediaEndpoint.host", priority = 1)
@AdditionalPrinterColumn(name = "Why", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1)
@AdditionalPrinterColumn(
        name = "Lost",
        jsonPath = ".status.summary.packetsLost",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Takeovers",
        jsonPath = ".status.summary.takeovers",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(name = "End", jsonPath = ".spec.ended.reason", priority = 1)
@AdditionalSelectableField(jsonPath = ".status.phase")
@AdditionalSelectableField(jsonPath = ".spec.poolRef")
@AdditionalSelectableField(jsonPath = ".spec.callId")
public final class CallSession extends CustomResource<CallSessionSpec, CallSessionStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    @Required
    @ValidationRule(
            value = "self.callId == oldSelf.callId && self.poolRef == oldSelf.poolRef && self.codec == oldSelf.codec"
                    + " && self.language == oldSelf.language && self.requestedAt == oldSelf.requestedAt"
                    + " && has(self.customerNumber) == has(oldSelf.customerNumber)"
                    + " && (!has(self.customerNumber) || self.customerNumber == oldSelf.customerNumber)"
                    + " && has(self.agentId) == has(oldSelf.agentId)"
                    + " && (!has(self.agentId) || self.agentId == oldSelf.agentId)"
                    + " && has(self.pbx) == has(oldSelf.pbx) && (!has(self.pbx) || self.pbx == oldSelf.pbx)",
            message = "spec is immutable: only ended (once), mediaSources and callEvents may change")
    @ValidationRule(
            value =
                    "!has(oldSelf.callEvents) || (has(self.callEvents) && size(self.callEvents) >= size(oldSelf.callEvents))",
            message = "spec.callEvents only grows")
    @ValidationRule(
            value = "!has(oldSelf.ended) || (has(self.ended) && self.ended == oldSelf.ended)",
            message = "spec.ended is set once: a call that is over stays over")
    public CallSessionSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @ValidationRule(
            value =
                    "!has(self.phase) || !(self.phase in ['Ended', 'Failed'])"
                            + " || (has(self.times) && has(self.times.ended)"
                            + " && has(self.conditions) && self.conditions.exists(c, c.type == 'Ready' && c.status == 'False'))",
            message =
                    "status.phase Ended or Failed needs times.ended and a condition Ready=False that says why; to end a call, set spec.ended")
    @ValidationRule(
            value = "!has(self.phase) || self.phase != 'Ending' || (has(self.times) && has(self.times.ending))",
            message = "status.phase Ending needs times.ending; to end a call, set spec.ended")
    @ValidationRule(
            value = "!has(self.phase) || !(self.phase in ['Ready', 'Active'])"
                    + " || (has(self.worker) && has(self.mediaEndpoint) && has(self.times) && has(self.times.ready))",
            message = "status.phase Ready or Active needs worker, mediaEndpoint and times.ready")
    public CallSessionStatus getStatus() {
        return super.getStatus();
    }
}
