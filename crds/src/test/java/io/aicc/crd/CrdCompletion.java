package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsOrArray;
import io.fabric8.kubernetes.client.CustomResource;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Adds to a generated CRD what the generator's annotations cannot say, or what it gets wrong. */
final class CrdCompletion implements CRDPostProcessor {
    private static final Map<String, String> CONDITION = Map.of(
            "type", "Name of the condition, in CamelCase.",
            "status", "True, False or Unknown.",
            "reason", "Why, one word in CamelCase.",
            "message", "Why, for a person, and what to do.",
            "lastTransitionTime", "When the status last changed.",
            "observedGeneration", "The metadata.generation that the condition speaks of.");

    private static final Map<String, String> RESOURCES = Map.of(
            "requests", "What the scheduler sets aside.",
            "limits", "What a worker may use at most.",
            "claims", "Dynamic resources that the container uses.",
            "name", "Name of the claim in the pod.",
            "request", "Name of the request in the claim.");

    /** As Kubernetes reads one, and not below zero: pods with anything else are refused. */
    private static final String QUANTITY =
            "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

    private final List<Class<? extends CustomResource<?, ?>>> types;

    @SafeVarargs
    CrdCompletion(Class<? extends CustomResource<?, ?>>... types) {
        this.types = List.of(types);
    }

    @Override
    public HasMetadata process(HasMetadata resource, String crdSpecVersion) {
        CustomResourceDefinition crd = (CustomResourceDefinition) resource;
        Class<?> type = types.stream()
                .filter(t -> t.getSimpleName().equals(crd.getSpec().getNames().getKind()))
                .findFirst()
                .orElseThrow();
        crd.getSpec().getNames().setCategories(List.of("aicc"));
        // Uninstalling a chart must not delete the calls that are live.
        crd.getMetadata().setAnnotations(Map.of("helm.sh/resource-policy", "keep"));
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
        orderColumns(type, version.getAdditionalPrinterColumns());
        describe(type, version.getSchema().getOpenAPIV3Schema());
        complete(version.getSchema().getOpenAPIV3Schema());
        return crd;
    }

    /** The generator sorts columns by path; people want them as they are declared. */
    private static void orderColumns(Class<?> type, List<CustomResourceColumnDefinition> columns) {
        List<String> order = Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        columns.sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
    }

    private static void describe(Class<?> type, JSONSchemaProps root) {
        root.setDescription(description(type));
        Type[] specAndStatus = ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments();
        field(root, "spec").setDescription(description((Class<?>) specAndStatus[0]));
        field(root, "status").setDescription(description((Class<?>) specAndStatus[1]));
    }

    private static JSONSchemaProps field(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    private static String description(Class<?> type) {
        return type.getAnnotation(JsonClassDescription.class).value();
    }

    private static void complete(JSONSchemaProps schema) {
        if (schema.getXKubernetesValidations() != null) {
            // A rule on a record component is found twice: on its field and on its accessor.
            schema.setXKubernetesValidations(
                    schema.getXKubernetesValidations().stream().distinct().toList());
        }
        if (schema.getItems() != null) {
            complete(schema.getItems().getSchema());
        }
        if (schema.getProperties() == null) {
            return;
        }
        schema.getProperties().forEach((name, field) -> {
            complete(field);
            switch (name) {
                case "conditions" -> conditions(field);
                case "resources" -> resources(field);
                case "podTemplate" -> template(field);
                case WorkerPoolStatus.APPLIED -> applied(field);
                default -> {}
            }
        });
    }

    /** As the API conventions want them: one of each type, merged by it. */
    private static void conditions(JSONSchemaProps list) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of("type"));
        list.setMaxItems(8L); // Rules that look at each have a price.
        JSONSchemaProps item = list.getItems().getSchema();
        item.setRequired(List.of("type", "status", "reason", "message", "lastTransitionTime"));
        field(item, "lastTransitionTime").setFormat("date-time");
        explain(item, CONDITION);
    }

    private static void resources(JSONSchemaProps resources) {
        explain(resources, RESOURCES);
        for (String list : List.of("requests", "limits")) {
            JSONSchemaProps quantity =
                    field(resources, list).getAdditionalProperties().getSchema();
            quantity.setPattern(QUANTITY);
            quantity.setMinimum(0.0);
        }
    }

    /**
     * Its form is another's: written out it would be many times as long as all the rest, and soon out of date. Only what the
     * policies look into has the form that they take for granted: where they fail, no pod is made.
     */
    private static void template(JSONSchemaProps template) {
        template.setAdditionalProperties(null);
        JSONSchemaProps spec = anything("What is laid over the spec of the pods.");
        spec.setProperties(inOrder(Map.of(
                "containers", list("Sidecars, and what is added to the container worker."),
                "volumes", list("Volumes of the sidecars, and of the worker beside its own."))));
        template.setProperties(
                inOrder(Map.of("metadata", anything("Labels and annotations that the pods get."), "spec", spec)));
        template.setXKubernetesPreserveUnknownFields(true);
    }

    /** A copy of a spec that was valid. */
    private static void applied(JSONSchemaProps spec) {
        spec.setAdditionalProperties(null);
        spec.setXKubernetesPreserveUnknownFields(true);
    }

    private static Map<String, JSONSchemaProps> inOrder(Map<String, JSONSchemaProps> fields) {
        return new TreeMap<>(fields);
    }

    private static JSONSchemaProps anything(String description) {
        JSONSchemaProps object = new JSONSchemaProps();
        object.setType("object");
        object.setDescription(description);
        object.setXKubernetesPreserveUnknownFields(true);
        return object;
    }

    private static JSONSchemaProps list(String description) {
        JSONSchemaProps list = new JSONSchemaProps();
        list.setType("array");
        list.setDescription(description);
        list.setItems(new JSONSchemaPropsOrArray(null, anything("As in a pod.")));
        return list;
    }

    private static void explain(JSONSchemaProps schema, Map<String, String> descriptions) {
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, field) -> {
                field.setDescription(descriptions.get(name));
                explain(field, descriptions);
            });
        }
        if (schema.getItems() != null) {
            explain(schema.getItems().getSchema(), descriptions);
        }
    }
}
