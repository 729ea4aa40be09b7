package io.aicc.worker.rtp;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Who may be heard on a port. Learning the sender from whatever arrives lets anybody who sprays a port range speak in the
 * call's name (AST-2017-005), so the exact address is used when the PBX tells it.
 */
public sealed interface SourceRule {
    /** Whether the rule lets this address be heard. */
    boolean allows(InetSocketAddress source);

    /** Exactly one address and port. */
    record Exact(InetSocketAddress address) implements SourceRule {
        @Override
        public boolean allows(InetSocketAddress source) {
            return address.equals(source);
        }
    }

    /**
     * Anybody in these networks, but for those who were sending before there was a call; the first who proves to send this
     * call's audio is the only one from then on.
     */
    final class Networks implements SourceRule {
        private final List<String> cidrs;
        private final List<IpSubnetFilterRule> rules = new ArrayList<>();

        private Networks(List<String> cidrs) {
            this.cidrs = List.copyOf(cidrs);
            for (String cidr : cidrs) {
                rules.add(rule(cidr));
            }
        }

        @Override
        public boolean allows(InetSocketAddress source) {
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i).matches(source)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Networks networks && cidrs.equals(networks.cidrs);
        }

        @Override
        public int hashCode() {
            return cidrs.hashCode();
        }

        @Override
        public String toString() {
            return "Networks" + cidrs;
        }

        private static IpSubnetFilterRule rule(String cidr) {
            String[] parts = cidr.split("/", -1);
            byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
            try {
                if (parts.length == 2 && address != null) {
                    int prefix = Integer.parseInt(parts[1]);
                    if (prefix >= 0 && prefix <= 8 * address.length) {
                        return new IpSubnetFilterRule(parts[0], prefix, IpFilterRuleType.ACCEPT);
                    }
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new IllegalArgumentException(
                    "RTP network must be an address and a prefix length, 10.0.0.0/8 for example, got '" + cidr + "'");
        }
    }

    /**
     * One address.
     *
     * @param address {@code 10.0.0.7:14002} or {@code [2001:db8::7]:14002}; names are not looked up
     * @throws IllegalArgumentException when it is anything else
     */
    static SourceRule exact(String address) {
        int colon = address.lastIndexOf(':');
        if (colon > 0) {
            String host = address.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            InetAddress ip = host.indexOf(':') < 0 || bracketed
                    ? NetUtil.createInetAddressFromIpAddressString(
                            bracketed ? host.substring(1, host.length() - 1) : host)
                    : null;
            String port = address.substring(colon + 1);
            if (ip != null && port.matches("[0-9]{1,5}")) {
                int number = Integer.parseInt(port);
                if (number > 0 && number <= 65_535) {
                    return new Exact(new InetSocketAddress(ip, number));
                }
            }
        }
        throw new IllegalArgumentException(
                "RTP source must be an address and a port, 10.0.0.7:14002 for example, got '" + address + "'");
    }

    /**
     * Some networks, {@code 10.0.0.0/8} or {@code 2001:db8::/32}; none: nobody.
     *
     * @throws IllegalArgumentException when one is not an address and a prefix length
     */
    static SourceRule networks(List<String> cidrs) {
        return new Networks(cidrs);
    }

    /** Some networks, see {@link #networks(List)}. */
    static SourceRule networks(String... cidrs) {
        return networks(Arrays.asList(cidrs));
    }
}
