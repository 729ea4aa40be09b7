package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Bounded;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountTest {
    /** Somebody may have edited the record that it was read from; what is written there again has to fit. */
    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "1, 1", "9000000, 9000000", "9000001, 9000000", "2147483647, 9000000"})
    void hasNoMoreTakeoversThanARecordHolds(int told, int takeovers) {
        assertThat(new Account(Account.NONE.report(), told).takeovers())
                .isEqualTo(takeovers)
                .isBetween(0, Bounded.MOST);
    }
}
