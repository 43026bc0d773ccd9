package io.forgemcp.auth.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** How near a host is: a server may name hosts that are no nearer than itself, so that nobody outside looks inside. */
enum Reach {
    /** Addresses at which nobody serves metadata, but clouds hand out credentials: link-local, multicast, none at all. */
    NOWHERE,
    /** This machine. */
    MACHINE,
    /** A private network. */
    NETWORK,
    /** Everywhere else. */
    INTERNET;

    /** The nearest of a host's addresses. Blocks on the resolver. */
    static Reach of(String host) {
        if (isLoopback(host)) {
            return MACHINE;
        }
        try {
            Reach nearest = INTERNET;
            for (InetAddress address : InetAddress.getAllByName(host)) {
                Reach reach = of(address);
                nearest = reach.ordinal() < nearest.ordinal() ? reach : nearest;
            }
            return nearest;
        } catch (UnknownHostException unknown) {
            throw Refused.because("the host \"" + host + "\" is not known.");
        }
    }

    static Reach of(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return MACHINE;
        }
        if (address.isAnyLocalAddress() || address.isLinkLocalAddress() || address.isMulticastAddress()) {
            return NOWHERE;
        }
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = address instanceof Inet6Address && (bytes[0] & 0xfe) == 0xfc;
        boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
        return address.isSiteLocalAddress() || uniqueLocal || shared ? NETWORK : INTERNET;
    }

    /** Whether the name alone says that it is this machine. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.equals("::1")
                || host.matches("127\\.\\d+\\.\\d+\\.\\d+");
    }
}
