package io.aicc.worker.speech;

import io.aicc.runtime.Health;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Any engine, given whole turns: {@code STT_MODE=batch}. */
final class BatchEngine implements SpeechEngine {
    private final SpeechEngine engine;
    private final Tasks tasks;
    private @Nullable TurnPool pool;
    private String language = "";

    BatchEngine(SpeechEngine engine, Tasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public String model() {
        return engine.model();
    }

    @Override
    public SpeechStream open(Channel channel, String wanted, SpeechListener listener) throws SpeechException {
        return new BatchStream(pool(wanted), listener);
    }

    /** Both speakers share a pool; the one before stays until there is another, for its language may be refused. */
    private synchronized TurnPool pool(String wanted) throws SpeechException {
        TurnPool open = pool;
        if (open == null || !engine.sameModel(language, wanted)) {
            open = new TurnPool(engine.turns(wanted), tasks);
            open.warmUp();
            closePool();
            pool = open;
            language = wanted;
        }
        return open;
    }

    @Override
    public boolean sameModel(String first, String second) {
        return engine.sameModel(first, second);
    }

    @Override
    public synchronized OptionalInt turnThreads() {
        return pool == null ? OptionalInt.empty() : pool.size();
    }

    @Override
    public Health.State health() {
        return engine.health();
    }

    @Override
    public synchronized void close() {
        closePool();
        engine.close();
    }

    private void closePool() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }
}
