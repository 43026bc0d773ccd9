package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** {@link EchoServer} on two byte streams, as a child process would be. The streams are a loopback socket's. */
final class EchoStdioServer implements AutoCloseable {
    final Socket near;
    final Socket far;

    EchoStdioServer(Function<Message, List<byte[]>> server) throws IOException {
        try (ServerSocket meeting = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            near = new Socket(meeting.getInetAddress(), meeting.getLocalPort());
            far = meeting.accept();
        }
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        Thread thread = new Thread(() -> serve(server), "echo-stdio");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Function<Message, List<byte[]>> server) {
        try (far;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(far.getInputStream(), StandardCharsets.UTF_8))) {
            OutputStream out = far.getOutputStream();
            String line;
            while ((line = in.readLine()) != null) {
                for (byte[] answer : server.apply(Message.parse(line.getBytes(StandardCharsets.UTF_8)))) {
                    byte[] ended = Arrays.copyOf(answer, answer.length + 1);
                    ended[answer.length] = '\n';
                    out.write(ended);
                }
            }
        } catch (IOException gone) {
            // the gateway closed its end
        }
    }

    InstanceAddress.Stdio address() throws IOException {
        return new InstanceAddress.Stdio(shutdownOnClose(), input());
    }

    private OutputStream shutdownOnClose() throws IOException {
        OutputStream out = near.getOutputStream();
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                near.shutdownOutput();
            }
        };
    }

    private InputStream input() throws IOException {
        return near.getInputStream();
    }

    @Override
    public void close() throws IOException {
        far.close();
        near.close();
    }
}
