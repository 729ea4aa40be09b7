package io.aicc.operator.ari.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.ari.guard.Budget.Verdict;
import org.junit.jupiter.api.Test;

class BudgetTest {
    @Test
    void aTappedCallTakesEightPorts() {
        Budget budget = new Budget(100, 1);
        budget.observe(2, 0);
        assertThat(budget.admit()).isEqualTo(Verdict.ADMITTED);
        assertThat(budget.portsInUse()).isEqualTo(8);
        budget.observe(4, 2);
        assertThat(budget.portsInUse()).as("what was set aside is used now").isEqualTo(8);
    }

    @Test
    void refusesWhatWouldNotFit() {
        Budget budget = new Budget(11, 9);
        budget.observe(2, 0);
        assertThat(budget.admit()).isEqualTo(Verdict.ADMITTED);
        assertThat(budget.admit()).isEqualTo(Verdict.TOO_FEW_PORTS);
        budget.release();
        assertThat(budget.admit()).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void tapsThatLeakedCountToo() {
        Budget budget = new Budget(11, 9);
        budget.observe(4, 4);
        assertThat(budget.admit())
                .as("none admitted, yet eight in use: four more make twelve")
                .isEqualTo(Verdict.TOO_FEW_PORTS);
    }

    @Test
    void aCallThatWasTappedBeforeUsIsNeverRefused() {
        Budget budget = new Budget(0, 0);
        budget.adopt();
        assertThat(budget.portsInUse()).isEqualTo(4);
        assertThat(budget.admit()).isEqualTo(Verdict.TOO_FEW_PORTS);
    }

    @Test
    void noMoreCallsAreAdmittedThanMayHaveWorkersAtOnce() {
        Budget budget = new Budget(1_000, 2);
        budget.adopt();
        assertThat(budget.admit()).isEqualTo(Verdict.ADMITTED);
        assertThat(budget.admit()).isEqualTo(Verdict.TOO_MANY_CALLS);
        budget.release();
        assertThat(budget.admit()).isEqualTo(Verdict.ADMITTED);
    }
}
