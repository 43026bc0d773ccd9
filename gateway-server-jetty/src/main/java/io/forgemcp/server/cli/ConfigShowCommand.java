package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.EffectiveValue;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what takes effect and where it came from. */
@Command(
        name = "show",
        description = "Print every effective value with where it came from; secrets are masked.",
        mixinStandardHelpOptions = true)
final class ConfigShowCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final ConfigurationOptions options = new ConfigurationOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "PREFIX",
            description = "Only values whose key or file begins with this, for example services.github.")
    private @Nullable String prefix;

    ConfigShowCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        List<EffectiveValue> values = options.load(output.shell()).result().values().stream()
                .filter(value -> prefix == null
                        || value.key().startsWith(prefix)
                        || value.file().startsWith(prefix))
                .toList();
        output.print(values, out -> {
            Table table = new Table("FILE", "KEY", "VALUE", "FROM");
            values.forEach(value -> table.row(value.file(), value.key(), value.value(), value.origin()));
            table.print(out);
        });
        return ExitCode.OK;
    }
}
