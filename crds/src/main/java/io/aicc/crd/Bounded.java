package io.aicc.crd;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a number of a status, one beyond the bounds as the nearest within: an object that was stored before the schema had
 * bounds must not keep a watch from all the others.
 */
public final class Bounded extends JsonDeserializer<Integer> implements ContextualDeserializer {
    /** More than anything that a status counts. So many generations have sequence numbers that are exact in JavaScript. */
    public static final int MOST = 9_000_000;

    private final @Nullable Integer absent;

    /** For Jackson. */
    public Bounded() {
        this(null);
    }

    private Bounded(@Nullable Integer absent) {
        this.absent = absent;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty field) {
        return field != null && field.getType().isPrimitive() ? new Bounded(0) : this;
    }

    @Override
    public Integer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return (int) Math.clamp(parser.getDoubleValue(), -MOST, MOST);
    }

    @Override
    public @Nullable Integer getNullValue(DeserializationContext context) {
        return absent;
    }
}
