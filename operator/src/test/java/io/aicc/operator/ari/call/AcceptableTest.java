package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The schema's own patterns are the oracle: whatever a caller says, the API server takes what we make of it. */
class AcceptableTest {
    @Property
    void anyNumberBecomesOneThatTheSchemaTakes(@ForAll String hostile) {
        String text = Acceptable.text(hostile);
        if (text != null) {
            assertThat(text).matches("^[^\\p{Cc}]*$").isNotBlank();
            assertThat(text.codePointCount(0, text.length())).isLessThanOrEqualTo(64);
        }
    }

    @Property
    void anyCallIdBecomesOneThatTheSchemaTakes(@ForAll String hostile) {
        assertThat(Acceptable.callId(hostile))
                .matches("^[A-Za-z0-9][A-Za-z0-9._:@+-]*$")
                .hasSizeLessThanOrEqualTo(128);
    }

    @Property
    void anyCallHasANameThatIsADnsLabel(@ForAll String hostile) {
        assertThat(Acceptable.sessionName("pbx", hostile))
                .matches("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
                .hasSizeLessThanOrEqualTo(63)
                .isEqualTo(Acceptable.sessionName("pbx", hostile));
    }

    @Test
    void ordinaryTextsStayAsTheyAre() {
        assertThat(Acceptable.text("+82 2 1234 5678")).isEqualTo("+82 2 1234 5678");
        assertThat(Acceptable.text("김민수")).isEqualTo("김민수");
        assertThat(Acceptable.callId("1732290000.12")).isEqualTo("1732290000.12");
        assertThat(Acceptable.sessionName("pbx", "1732290000.12")).isEqualTo("pbx-1732290000-12");
    }

    @Test
    void differentCallsHaveDifferentNames() {
        assertThat(Acceptable.sessionName("pbx", "A")).isNotEqualTo(Acceptable.sessionName("pbx", "a"));
        assertThat(Acceptable.sessionName("pbx", "x".repeat(200) + "1"))
                .isNotEqualTo(Acceptable.sessionName("pbx", "x".repeat(200) + "2"));
    }

    @Test
    void aLanguageThatIsNoneIsTheInstallations() {
        assertThat(Acceptable.language("ko-KR", "en-US")).isEqualTo("ko-KR");
        assertThat(Acceptable.language("'; drop", "en-US")).isEqualTo("en-US");
        assertThat(Acceptable.language(null, "en-US")).isEqualTo("en-US");
    }
}
