package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.wire.event.Channel;
import org.junit.jupiter.api.Test;

class TapNameTest {
    private static final TapName NAME = new TapName("aicc", "pbx-1732290000-12", Channel.AGENT, 3);

    @Test
    void everyIdSaysWhoseItIs() {
        for (String id : new String[] {NAME.bridge() + "t", NAME.media() + "t", NAME.snoop("1.2") + "t"}) {
            assertThat(TapName.parse("aicc", id)).contains(NAME);
            assertThat(id).startsWith(TapName.prefix("aicc", "pbx-1732290000-12"));
        }
    }

    @Test
    void anotherInstallationsAndAnybodysIdsAreNotOurs() {
        assertThat(TapName.parse("other", NAME.media() + "t")).isEmpty();
        assertThat(TapName.parse("aicc", "aicc-something-else")).isEmpty();
        assertThat(TapName.parse("aicc", "1732290000.12")).isEmpty();
        assertThat(TapName.parse("aicc", "")).isEmpty();
    }

    @Test
    void aSessionIsNotTakenForOneWhoseNameBeginsTheSame() {
        assertThat(new TapName("aicc", "pbx-1-2", Channel.AGENT, 1).media())
                .doesNotStartWith(TapName.prefix("aicc", "pbx-1"));
    }
}
