package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import io.aicc.demo.pbx.SipPhone;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Places calls at a real PBX: a customer's phone dials an agent's, both talk, the customer hangs up. What the system makes of
 * the call it has from the PBX alone. Thread-safe.
 */
public final class SipCalls implements CallPlacer {
    /** As long as an agent takes to answer. */
    private static final Duration RINGING = Duration.ofSeconds(3);

    /** From picking up to the beginning of the conversation: a breath, in which the agent's leg is tapped. */
    private static final Duration BREATH = Duration.ofSeconds(1);

    private static final int SAMPLES_PER_MS = 8;
    private static final Duration SET_UP_LIMIT = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final String namespace;
    private final InstantSource clock;
    private final String pbx;
    private final Path directory;
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * @param pbx where it takes SIP, {@code address:port}; it reaches agents at their {@link #place}
     * @param directory for what phones need
     */
    public SipCalls(KubernetesClient client, String namespace, InstantSource clock, String pbx, Path directory) {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
        this.pbx = pbx;
        this.directory = directory;
    }

    /**
     * Where an agent's phone is.
     *
     * @param agentId a number
     */
    public static SipPhone.Place place(String agentId) {
        return new SipPhone.Place(Integer.parseInt(agentId) % 1000);
    }

    @Override
    public PlayedCall play(CallScript script) throws CallFailedException, InterruptedException, IOException {
        Duration limit = SET_UP_LIMIT.plusMillis(script.customer().length / SAMPLES_PER_MS);
        SipPhone.Place place = place(script.agentId());
        Path files = directory.resolve("call-" + calls.incrementAndGet());
        SipPhone.Dial dial = new SipPhone.Dial(pbx, script.customerNumber().replaceAll("[^0-9]", ""), script.agentId());
        Instant placed = clock.instant();
        try (SipPhone agent = SipPhone.agent(place, files.resolve("agent"), track(script.agent()), RINGING);
                SipPhone customer =
                        SipPhone.customer(place, files.resolve("customer"), track(script.customer()), dial);
                SessionWatch session = session(script, placed)) {
            session.awaitServed(SET_UP_LIMIT);
            customer.await(limit);
            agent.await(limit);
            CallSession over = session.awaitEnded();
            Instant requested = Instant.parse(over.getSpec().requestedAt());
            return new PlayedCall(
                    over,
                    requested,
                    SessionWatch.readyAfter(requested, over),
                    customer.answered().plus(BREATH),
                    customer.hungUp(),
                    Duration.between(customer.hungUp(), clock.instant()),
                    OptionalLong.empty(),
                    null);
        }
    }

    /** The PBX names calls: this one is known by the agent whom nobody else calls meanwhile. */
    private SessionWatch session(CallScript script, Instant placed) throws CallFailedException, InterruptedException {
        var sessions = client.resources(CallSession.class).inNamespace(namespace);
        try {
            List<CallSession> all = sessions.informOnCondition(
                            list -> list.stream().anyMatch(session -> isOf(session, script, placed)))
                    .get(SET_UP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            CallSession session = all.stream()
                    .filter(candidate -> isOf(candidate, script, placed))
                    .findFirst()
                    .orElseThrow();
            String name = session.getMetadata().getName();
            return new SessionWatch(sessions.withName(name), name);
        } catch (TimeoutException | ExecutionException e) {
            throw new CallFailedException("no CallSession for the call to agent %s after %d s: %s"
                    .formatted(script.agentId(), SET_UP_LIMIT.toSeconds(), e));
        }
    }

    private static byte[] track(short[] spoken) {
        short[] track = new short[Math.toIntExact(BREATH.toMillis() * SAMPLES_PER_MS) + spoken.length];
        System.arraycopy(spoken, 0, track, track.length - spoken.length, spoken.length);
        return MuLaw.encode(track);
    }

    private static boolean isOf(CallSession session, CallScript script, Instant placed) {
        return script.agentId().equals(session.getSpec().agentId())
                && !Instant.parse(session.getSpec().requestedAt()).isBefore(placed);
    }
}
