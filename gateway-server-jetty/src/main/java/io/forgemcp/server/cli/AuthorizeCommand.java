package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What servers have granted to the running gateway, and the link at which a person agrees to more. */
@Command(
        name = "authorize",
        description = "Print the link at which a browser authorises the gateway at a server that wants OAuth; without a"
                + " name, list what servers have granted.",
        mixinStandardHelpOptions = true)
final class AuthorizeCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "The service; it has to have a url.")
    private @Nullable String service;

    @Option(names = "--give-up", description = "Give up what the service has granted, instead.")
    private boolean giveUp;

    AuthorizeCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway gateway = target.connect(output.shell());
        if (service == null) {
            if (giveUp) {
                throw new CommandFailure(ExitCode.USAGE, "--give-up needs the name of a service.");
            }
            list(gateway.get("/oauth/grants"));
            return ExitCode.OK;
        }
        String path = "/oauth/start/"
                + URLEncoder.encode(service, StandardCharsets.UTF_8).replace("+", "%20");
        if (giveUp) {
            JsonNode givenUp = gateway.delete(path);
            output.print(givenUp, out -> {
                out.println("The gateway is not authorised for " + service + " any more.");
                out.print(ofTokens(givenUp.path("tokens").asText()));
            });
        } else {
            JsonNode link = gateway.post(path, JsonNodeFactory.instance.objectNode());
            output.print(link, out -> {
                out.println("Open this in a browser within ten minutes; it is good once:");
                out.println(link.path("url").asText());
            });
        }
        return ExitCode.OK;
    }

    private static String note(JsonNode grant) {
        String command = "forge-gateway authorize " + grant.path("name").asText();
        return switch (grant.path("state").asText()) {
            case "again" -> "authorise again: " + command;
            case "needed" -> "not authorised: " + command;
            default -> "";
        };
    }

    private static String ofTokens(String fate) {
        return switch (fate) {
            case "everywhere" -> "The authorization server has taken its tokens back.%n".formatted();
            case "here" ->
                "The authorization server takes no tokens back: they hold until they end, or until you end them there.%n"
                        .formatted();
            case "not_told" ->
                "The authorization server did not take the tokens back (the log says why): end them there.%n"
                        .formatted();
            default -> "";
        };
    }

    private void list(JsonNode grants) {
        output.print(grants, out -> {
            Table table = new Table("SERVICE", "AUTHORISED BY", "SCOPES", "UNTIL", "NOTE");
            for (JsonNode grant : grants) {
                table.row(
                        grant.path("name").asText(),
                        grant.path("authorizationServer").asText("-"),
                        StreamSupport.stream(grant.path("scopes").spliterator(), false)
                                .map(JsonNode::asText)
                                .collect(Collectors.joining(" ")),
                        grant.path("expires").asText("-"),
                        note(grant));
            }
            table.print(out);
        });
    }
}
