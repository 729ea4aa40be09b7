package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRuleTest {
    @Test
    void anExactSourceIsOneAddressAndOnePort() {
        SourceRule rule = SourceRule.exact("10.0.0.7:14002");

        assertThat(rule.allows(new InetSocketAddress("10.0.0.7", 14_002))).isTrue();
        assertThat(rule.allows(new InetSocketAddress("10.0.0.7", 14_003))).isFalse();
        assertThat(rule.allows(new InetSocketAddress("10.0.0.8", 14_002))).isFalse();
    }

    @Test
    void anExactSourceMayBeIpv6() {
        assertThat(SourceRule.exact("[2001:db8::7]:14002").allows(new InetSocketAddress("2001:db8::7", 14_002)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "10.0.0.7",
                "10.0.0.7:",
                "10.0.0.7:0",
                "10.0.0.7:65536",
                "10.0.0.7:+5",
                "pbx.example:5",
                "2001:db8::7:5"
            })
    void anythingElseIsNoExactSource(String address) {
        assertThatThrownBy(() -> SourceRule.exact(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "RTP source must be an address and a port, 10.0.0.7:14002 for example, got '" + address + "'");
    }

    @Test
    void networksAllowTheirAddressesOnly() {
        SourceRule rule = SourceRule.networks("10.1.0.0/16", "2001:db8::/32", "192.0.2.1/32");

        assertThat(rule.allows(new InetSocketAddress("10.1.255.255", 1))).isTrue();
        assertThat(rule.allows(new InetSocketAddress("10.2.0.0", 1))).isFalse();
        assertThat(rule.allows(new InetSocketAddress("192.0.2.1", 1))).isTrue();
        assertThat(rule.allows(new InetSocketAddress("192.0.2.2", 1))).isFalse();
        assertThat(rule.allows(new InetSocketAddress("2001:db8:1::1", 1))).isTrue();
        assertThat(rule.allows(new InetSocketAddress("2001:db9::1", 1))).isFalse();
    }

    @Test
    void theWidestNetworkAllowsEverybody() {
        assertThat(SourceRule.networks("0.0.0.0/0").allows(new InetSocketAddress("203.0.113.9", 1)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "pbx/8", "::/129"})
    void anythingElseIsNoNetwork(String cidr) {
        assertThatThrownBy(() -> SourceRule.networks(cidr))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got '" + cidr + "'");
    }

    @Test
    void rulesThatSayTheSameAreEqual() {
        assertThat(SourceRule.exact("10.0.0.7:5")).isEqualTo(SourceRule.exact("10.0.0.7:5"));
        assertThat(SourceRule.networks("10.0.0.0/8")).isEqualTo(SourceRule.networks("10.0.0.0/8"));
        assertThat(SourceRule.networks("10.0.0.0/8")).isNotEqualTo(SourceRule.networks("10.0.0.0/9"));
    }
}
