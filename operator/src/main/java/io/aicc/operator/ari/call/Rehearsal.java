package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.Codec;
import io.aicc.crd.Phase;
import io.aicc.operator.ari.guard.Budget;
import io.aicc.operator.ari.link.PbxException;
import io.aicc.operator.ari.link.PlayedPbx;
import io.aicc.runtime.SteadyClock;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that the controller plays to itself before it looks after real ones. What a JVM does for the first time, loading
 * classes, reading JSON, shaking hands, takes it a hundred times as long, and the first callers would wait for it. Everything
 * is real but the PBX, which is played, and the sessions, which the API server is asked to make in a dry run.
 */
public final class Rehearsal {
    private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

    /** Loaded is what was asked for once; compiled only what was asked for a few times. */
    private static final int LEAST_CALLS = 10;

    private static final int MOST_CALLS = 40;
    private static final Duration ENOUGH = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Two snoops, two ExternalMedia, two bridges, two joins. */
    private static final int TO_TAP = 8;

    /** Four channels and two bridges. */
    private static final int TO_UNTAP = 6;

    private final CallPolicy policy;
    private final CallSessions sessions;

    private Rehearsal(CallPolicy policy, CallSessions sessions) {
        this.policy = policy;
        this.sessions = sessions;
    }

    /**
     * Plays them; returns when they are over, or take too long. When it fails the controller is none the worse, only its first
     * calls begin more slowly.
     *
     * @param sessions to be made in a dry run
     */
    public static void play(CallPolicy policy, CallSessions sessions) throws InterruptedException {
        Thread stage = Thread.ofVirtual().name("rehearsal").start(() -> new Rehearsal(policy, sessions).perform());
        if (!stage.join(LIMIT)) {
            stage.interrupt();
            log.atWarn().addKeyValue("limit_s", LIMIT.toSeconds()).log("rehearsal takes too long, going on without");
        }
    }

    private void perform() {
        long start = System.nanoTime();
        PlayedPbx pbx = new PlayedPbx(policy.app());
        try (Switchboard board = new Switchboard(
                policy,
                sessions,
                pbx.commands(),
                new Budget(Integer.MAX_VALUE, Integer.MAX_VALUE),
                new CallMetrics(new SimpleMeterRegistry()),
                InstantSource.system(),
                new SteadyClock(),
                LIMIT)) {
            sessions.create(session("rehearsal-0")); // Refused at once, or all the others will be taken too.
            pbx.connect(board);
            int calls = 0;
            do {
                call(pbx, board, "rehearsal-" + ++calls);
            } while (calls < LEAST_CALLS || calls < MOST_CALLS && System.nanoTime() - start < ENOUGH.toNanos());
            log.atInfo()
                    .addKeyValue("calls", calls)
                    .addKeyValue("took_ms", (System.nanoTime() - start) / 1_000_000)
                    .log("calls rehearsed");
        } catch (KubernetesClientException e) {
            if (CallSessions.forbidden(e) || CallSessions.refused(e)) {
                log.atError()
                        .addKeyValue("problem", e.getMessage())
                        .log("the api server refuses sessions: no call is transcribed until that is mended");
            } else {
                begunSlowly(e);
            }
        } catch (PbxException | TimeoutException | RuntimeException e) {
            begunSlowly(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void begunSlowly(Exception e) {
        log.atWarn().addKeyValue("problem", e.toString()).log("calls not rehearsed, the first ones will begin slowly");
    }

    private void call(PlayedPbx pbx, Switchboard board, String call) throws InterruptedException, TimeoutException {
        CallSession session = session(call);
        pbx.rings(call);
        board.session(session.getMetadata().getName(), session);
        await(pbx, TO_TAP);
        pbx.answers(call);
        pbx.hangsUp(call);
        await(pbx, TO_UNTAP);
    }

    private static void await(PlayedPbx pbx, int requests) throws InterruptedException, TimeoutException {
        if (!pbx.awaitRequests(requests, LIMIT)) {
            throw new TimeoutException("a call's taps were not set up, or not taken away");
        }
    }

    /** As an operator leaves it whose worker has the call. */
    private CallSession session(String call) {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withName(Acceptable.sessionName(policy.pbx(), call))
                .withLabels(Map.of(CallSessions.PBX_LABEL, policy.pbx()))
                .build());
        session.setSpec(new CallSessionSpec(
                call,
                null,
                null,
                policy.language(),
                Codec.ULAW,
                new PbxReference(policy.host(), call, null),
                policy.pool(),
                MicroTime.format(Instant.now()),
                null,
                null,
                null));
        MediaEndpoint nowhere = new MediaEndpoint("127.0.0.1", 20_000, 20_001, 1);
        session.setStatus(new CallSessionStatus(Phase.Ready, nowhere, null, null, null, null, null));
        return session;
    }
}
