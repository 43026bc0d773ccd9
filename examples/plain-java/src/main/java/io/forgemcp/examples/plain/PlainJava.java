package io.forgemcp.examples.plain;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Param;
import io.forgemcp.gateway.inprocess.Tool;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Map;

public final class PlainJava {
    @Tool("Greets somebody by name")
    public String greet(@Param(name = "name") String name) {
        return "Hello " + name + "!";
    }

    public static void main(String[] args) {
        JavaServer hello = JavaServer.of(new PlainJava());
        String[] npm = {"npx", "-y", "@modelcontextprotocol/server-everything@2026.8.31"};
        try (Gateway gateway = Gateway.builder()
                .service(ServiceDefinition.java("hello", hello).build())
                .service(ServiceDefinition.stdio("everything", npm).build())
                .build()) {
            gateway.start();
            var first = gateway.call("hello-greet", Map.of("name", "Ann"));
            var second = gateway.call("everything-echo", Map.of("message", "Hello Node"));
            System.out.println(first.toCompletableFuture().join().text());
            System.out.println(second.toCompletableFuture().join().text());
        }
    }
}
