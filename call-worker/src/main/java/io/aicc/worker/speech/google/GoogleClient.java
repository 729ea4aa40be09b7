package io.aicc.worker.speech.google;

import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.SpeechSettings;
import io.aicc.worker.speech.SpeechException;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Google's client on a connection of our making: encrypted, kept alive, and with the credentials that we were given. */
final class GoogleClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GoogleClient.class);

    /** A result of five minutes with a time for every word is some 60 KB. */
    private static final int MOST_ANSWER_BYTES = 256 * 1024;

    /** Google's front ends accept this; what is shorter they answer by hanging up. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private static final Duration KEEP_ALIVE_ANSWER = Duration.ofSeconds(10);

    /** A whole turn is tried again for as long as its stretch may wait; at most this long each time. */
    private static final Duration TURN_LIMIT = Duration.ofSeconds(60);

    private static final Duration TURN_TRY = Duration.ofSeconds(20);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final SpeechClient client;

    private GoogleClient(ManagedChannel channel, SpeechClient client) {
        this.channel = channel;
        this.client = client;
    }

    /**
     * Makes a client; it connects with the first request.
     *
     * @implNote gRPC over the JDK's sockets and TLS, by its transport made for small devices: over a Netty of its own a worker would
     *     take 4 MB more, and half as much CPU again for what it sends.
     * @throws SpeechException when credentials or certificates cannot be read
     */
    static GoogleClient of(GoogleSettings settings) throws SpeechException {
        try {
            ManagedChannel channel = OkHttpChannelBuilder.forTarget(settings.target(), encryption(settings))
                    .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_ANSWER.toSeconds(), TimeUnit.SECONDS)
                    .maxInboundMessageSize(MOST_ANSWER_BYTES)
                    .build();
            try {
                return new GoogleClient(channel, client(settings, channel));
            } catch (IOException | RuntimeException e) {
                channel.shutdownNow();
                throw e;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new SpeechException("Google Speech cannot be used: " + e.getMessage(), e);
        }
    }

    SpeechClient speech() {
        return client;
    }

    private static SpeechClient client(GoogleSettings settings, ManagedChannel channel) throws IOException {
        SpeechSettings.Builder builder = SpeechSettings.newBuilder()
                .setCredentialsProvider(credentials(settings))
                .setTransportChannelProvider(
                        FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)));
        builder.recognizeSettings()
                .setRetryableCodes(GoogleFailures.PASSING)
                .setRetrySettings(RetrySettings.newBuilder()
                        .setInitialRetryDelayDuration(Duration.ofMillis(500))
                        .setRetryDelayMultiplier(2)
                        .setMaxRetryDelayDuration(Duration.ofSeconds(10))
                        .setInitialRpcTimeoutDuration(TURN_TRY)
                        .setMaxRpcTimeoutDuration(TURN_TRY)
                        .setTotalTimeoutDuration(TURN_LIMIT)
                        .build());
        return SpeechClient.create(builder.build());
    }

    private static ChannelCredentials encryption(GoogleSettings settings) throws IOException {
        Path authority = settings.authority();
        return authority == null
                ? TlsChannelCredentials.create()
                : TlsChannelCredentials.newBuilder()
                        .trustManager(authority.toFile())
                        .build();
    }

    /** A service account signs its own tokens: no other server has to be asked for one. */
    private static CredentialsProvider credentials(GoogleSettings settings) throws IOException {
        Path file = settings.credentials();
        if (file == null) {
            return SpeechSettings.defaultCredentialsProviderBuilder().build();
        }
        try (InputStream json = Files.newInputStream(file)) {
            return FixedCredentialsProvider.create(ServiceAccountCredentials.fromStream(json).toBuilder()
                    .setScopes(SpeechSettings.getDefaultServiceScopes())
                    .setUseJwtAccessWithScope(true)
                    .build());
        }
    }

    /** Breaks off what is under way, and waits a moment for the threads to end. */
    @Override
    public void close() {
        client.shutdownNow();
        channel.shutdownNow();
        try {
            long limit = CLOSE_LIMIT.toMillis();
            if (!client.awaitTermination(limit, TimeUnit.MILLISECONDS)
                    || !channel.awaitTermination(limit, TimeUnit.MILLISECONDS)) {
                log.atWarn().log("connection to Google Speech does not end");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
