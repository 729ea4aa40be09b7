package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * One watch: a line of JSON for every change that its selector lets through. It holds a revision and nothing else, so a
 * client that does not read costs a blocked virtual thread, and is told to list again when the log has moved past it.
 */
final class WatchStream implements Reply.Body {
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(30);
    private static final long DEFAULT_TIMEOUT_SECONDS = 3_600;

    private final Store store;
    private final ResourceKind kind;
    private final String namespace;
    private final Selector selector;
    private final UnaryOperator<ObjectNode> form;
    private final boolean bookmarks;
    private final boolean initialEvents;
    private final long deadline;
    private long seen;

    /** @param form how an object is shown: as it is, or as a table */
    WatchStream(
            Store store,
            ResourceKind kind,
            String namespace,
            Selector selector,
            UnaryOperator<ObjectNode> form,
            ApiRequest request) {
        this.store = store;
        this.kind = kind;
        this.namespace = namespace;
        this.selector = selector;
        this.form = form;
        this.bookmarks = request.flag("allowWatchBookmarks");
        this.initialEvents = request.flag("sendInitialEvents");
        this.seen = number(request, "resourceVersion", 0);
        this.deadline = System.nanoTime()
                + Duration.ofSeconds(number(request, "timeoutSeconds", DEFAULT_TIMEOUT_SECONDS))
                        .toNanos();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException, InterruptedException {
        try {
            if (seen == 0 || initialEvents) {
                writeWhatIsThere(out);
            }
            // The first bookmark comes at once: fabric8 says that it watches when something came, and a kind without
            // objects may
            // be silent for minutes.
            long nextBookmark = System.nanoTime();
            long left;
            while ((left = deadline - System.nanoTime()) > 0 && !store.isClosed()) {
                long wait = Math.min(left, Math.max(0, nextBookmark - System.nanoTime()));
                var changes = store.changesAfter(seen, Duration.ofNanos(wait));
                for (Change change : changes) {
                    seen = change.revision();
                    if (concerns(change) && change.seenThrough(selector) instanceof Change.Event event) {
                        write(out, event.type(), form.apply(event.object()));
                    }
                }
                if (System.nanoTime() - nextBookmark >= 0) {
                    if (bookmarks) {
                        write(out, "BOOKMARK", bookmark(false));
                    }
                    nextBookmark = System.nanoTime() + BOOKMARK_EVERY.toNanos();
                }
                out.flush();
            }
        } catch (Failure gone) {
            write(out, "ERROR", gone.status());
        }
    }

    private void writeWhatIsThere(OutputStream out) throws IOException {
        Store.Listing listing = store.list(kind, namespace, selector);
        for (ObjectNode object : listing.objects()) {
            write(out, "ADDED", form.apply(object));
        }
        seen = listing.revision();
        if (initialEvents && bookmarks) {
            write(out, "BOOKMARK", bookmark(true));
        }
        out.flush();
    }

    private boolean concerns(Change change) {
        return change.key().resource().equals(kind.resource())
                && (namespace.isEmpty() || change.key().namespace().equals(namespace));
    }

    private ObjectNode bookmark(boolean endOfInitialEvents) {
        ObjectNode bookmark = Json.object().put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
        ObjectNode metadata = bookmark.putObject("metadata").put("resourceVersion", Long.toString(seen));
        if (endOfInitialEvents) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return form.apply(bookmark);
    }

    private static void write(OutputStream out, String type, JsonNode object) throws IOException {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        out.write(Json.bytes(event));
        out.write('\n');
    }

    private static long number(ApiRequest request, String name, long otherwise) {
        String text = request.query().getOrDefault(name, "");
        try {
            return text.isEmpty() ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException notNumber) {
            throw Failure.badRequest("%s: a number is needed, got '%s'".formatted(name, text));
        }
    }
}
