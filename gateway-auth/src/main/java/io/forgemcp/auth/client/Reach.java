package io.forgemcp.auth.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

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
        byte[] inner = inner(address);
        if (inner.length == 4) {
            return ofIpv4(inner);
        }
        if (address.isLoopbackAddress()) {
            return MACHINE;
        }
        if (address.isAnyLocalAddress() || address.isLinkLocalAddress() || address.isMulticastAddress()) {
            return NOWHERE;
        }
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = (bytes[0] & 0xfe) == 0xfc;
        boolean localTranslation = startsWith(bytes, 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01);
        return address.isSiteLocalAddress() || uniqueLocal || localTranslation ? NETWORK : INTERNET;
    }

    private static Reach ofIpv4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (first == 127) {
            return MACHINE;
        }
        if (first == 0 || first >= 224 || (first == 169 && second == 254)) {
            return NOWHERE;
        }
        return first == 10
                        || (first == 172 && second >> 4 == 1)
                        || (first == 192 && second == 168)
                        || (first == 192 && second == 0 && bytes[2] == 0)
                        || (first == 198 && second >> 1 == 9)
                        || (first == 100 && second >> 6 == 1)
                ? NETWORK
                : INTERNET;
    }

    /** The IPv4 address that it is or leads to by translation (RFC 6052), 6to4 or the old notation; else the IPv6 address. */
    private static byte[] inner(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (startsWith(bytes, 0x20, 0x02)) {
            return bytes.length == 4 ? bytes : Arrays.copyOfRange(bytes, 2, 6);
        }
        boolean translated = startsWith(bytes, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);
        boolean old = startsWith(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                && !address.isLoopbackAddress()
                && !address.isAnyLocalAddress();
        return translated || old ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the name alone says that it is this machine. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.equals("::1")
                || host.matches("127\\.\\d+\\.\\d+\\.\\d+");
    }
}
