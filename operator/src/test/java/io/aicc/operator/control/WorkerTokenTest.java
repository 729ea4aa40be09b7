package io.aicc.operator.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jwts;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;

class WorkerTokenTest {
    private final ControlKey key = ControlKey.generate();
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final WorkerToken token = new WorkerToken(key, 7, "pod-1", () -> now);

    @Test
    void namesThePodTheLeadershipAndItsEnd() {
        Claims claims = Jwts.parser()
                .verifyWith(key.verifying())
                .clock(() -> Date.from(now))
                .build()
                .parseSignedClaims(token.valid())
                .getPayload();

        assertThat(claims.getAudience()).containsExactly("pod-1");
        assertThat(claims).containsEntry("epoch", 7);
        assertThat(claims.getExpiration().toInstant()).isEqualTo(now.plus(WorkerToken.LIFETIME));
    }

    @Test
    void isUsedForTheFirstHalfOfItsLifeAndThenMadeAnew() {
        String first = token.valid();
        now = now.plus(WorkerToken.LIFETIME.dividedBy(2)).minusMillis(1);
        assertThat(token.valid()).isEqualTo(first);
        now = now.plusMillis(1);
        assertThat(token.valid()).isNotEqualTo(first);
    }
}
