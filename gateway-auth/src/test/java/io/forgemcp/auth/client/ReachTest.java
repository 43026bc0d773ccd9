package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, MACHINE",
        "127.9.9.9, MACHINE",
        "::1, MACHINE",
        "10.1.2.3, NETWORK",
        "172.16.0.1, NETWORK",
        "172.32.0.1, INTERNET",
        "192.168.1.1, NETWORK",
        "100.64.0.1, NETWORK",
        "100.128.0.1, INTERNET",
        "fd12::1, NETWORK",
        "169.254.169.254, NOWHERE",
        "fe80::1, NOWHERE",
        "0.0.0.0, NOWHERE",
        "224.0.0.1, NOWHERE",
        "192.0.2.1, INTERNET",
        "2001:db8::1, INTERNET",
        "::ffff:127.0.0.1, MACHINE",
        "::7f00:1, MACHINE",
        "64:ff9b::a9fe:a9fe, NOWHERE",
        "64:ff9b::7f00:1, MACHINE",
        "64:ff9b::c0a8:101, NETWORK",
        "64:ff9b::808:808, INTERNET",
        "64:ff9b:1::808:808, NETWORK",
        "2002:7f00:1::1, MACHINE",
        "2002:a00:1::1, NETWORK",
        "2002:808:808::1, INTERNET",
        "32.2.10.1, INTERNET",
        "0.1.2.3, NOWHERE",
        "240.0.0.1, NOWHERE",
        "255.255.255.255, NOWHERE",
        "192.0.0.8, NETWORK",
        "198.19.0.1, NETWORK",
        "198.20.0.1, INTERNET"
    })
    void anAddressIsAsNearAsItIs(String address, Reach reach) throws UnknownHostException {
        assertThat(Reach.of(InetAddress.getByName(address))).isEqualTo(reach);
    }

    @ParameterizedTest
    @CsvSource({
        "https://192.0.2.1/mcp, https://127.0.0.1/",
        "https://192.0.2.1/mcp, https://10.0.0.1/",
        "https://10.0.0.1/mcp, https://127.0.0.1/",
        "https://10.0.0.1/mcp, https://169.254.169.254/",
        "http://127.0.0.1/mcp, https://169.254.169.254/",
        "http://127.0.0.1/mcp, https://0.0.0.0/"
    })
    void aServerCannotNameWhatIsNearerThanItself(String service, String named) {
        Documents documents = new Documents(new LateClient(), URI.create(service));

        assertThatThrownBy(() -> documents.get(URI.create(named))).hasMessageContaining("the server named the host");
    }

    @Test
    void aPasswordInAUrlIsRefused() {
        assertThatThrownBy(() -> Documents.allowed(URI.create("https://user:pass@auth.example/")))
                .hasMessageNotContaining("pass@");
    }
}
