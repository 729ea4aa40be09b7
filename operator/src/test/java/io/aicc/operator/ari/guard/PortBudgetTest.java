package io.aicc.operator.ari.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortBudgetTest {
    @Test
    void aTappedCallTakesEightPorts() {
        PortBudget budget = new PortBudget(100);
        budget.observe(2, 0);
        assertThat(budget.admit()).isTrue();
        assertThat(budget.inUse()).isEqualTo(8);
        budget.observe(4, 2);
        assertThat(budget.inUse()).as("what was set aside is used now").isEqualTo(8);
    }

    @Test
    void refusesWhatWouldNotFit() {
        PortBudget budget = new PortBudget(11);
        budget.observe(2, 0);
        assertThat(budget.admit()).isTrue();
        assertThat(budget.admit()).isFalse();
        budget.release();
        assertThat(budget.admit()).isTrue();
    }

    @Test
    void tapsThatLeakedCountToo() {
        PortBudget budget = new PortBudget(11);
        budget.observe(4, 4);
        assertThat(budget.admit())
                .as("none admitted, yet eight in use: four more make twelve")
                .isFalse();
    }

    @Test
    void aCallThatWasTappedBeforeUsIsNeverRefused() {
        PortBudget budget = new PortBudget(0);
        budget.adopt();
        assertThat(budget.inUse()).isEqualTo(4);
        assertThat(budget.admit()).isFalse();
    }
}
