package io.forgemcp.server.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which module may see which: plugins see the core and not each other, the core sees no plugin, only the server assembles. */
class ModuleRulesTest {
    private static final List<String> PLUGINS =
            List.of("io.forgemcp.docker..", "io.forgemcp.auth..", "io.forgemcp.toolbox..");
    private static final String SERVER = "io.forgemcp.server..";
    private static final JavaClasses PRODUCT = Product.classes();

    static Stream<String> plugins() {
        return PLUGINS.stream();
    }

    @Test
    void theImportSeesTheWholeProduct() {
        // Without classes every rule below would hold.
        assertThat(PRODUCT.that(resideInAPackage("io.forgemcp.gateway..")).size())
                .isGreaterThan(50);
        assertThat(PRODUCT.that(resideInAPackage(SERVER)).size()).isGreaterThan(3);
    }

    @Test
    void theCoreNeedsOnlyItsFewLibraries() {
        classes()
                .that()
                .resideInAPackage("io.forgemcp.gateway..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "io.forgemcp.gateway..",
                        "java..",
                        "javax.net.ssl..",
                        "javax.crypto..",
                        "com.fasterxml.jackson..",
                        "org.yaml.snakeyaml..",
                        "org.slf4j..",
                        "com.codahale.metrics..",
                        "org.jspecify.annotations.."))
                .because("whoever embeds the gateway gets no framework, HTTP server, container client or database")
                .check(PRODUCT);
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aPluginSeesNoOtherPluginAndNotTheServer(String plugin) {
        String[] others = Stream.concat(PLUGINS.stream().filter(other -> !other.equals(plugin)), Stream.of(SERVER))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(plugin)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void onlyTheServerKnowsTheWebServerAndTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.jetty..", "picocli..", "ch.qos.logback..", "io.prometheus..")
                .check(PRODUCT);
    }

    @Test
    void theHttpSideDoesNotKnowTheCommandLine() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .and()
                .resideOutsideOfPackage("io.forgemcp.server.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.forgemcp.server.cli..")
                .check(PRODUCT);
    }

    @Test
    void everyModuleOfTheProductIsCovered() {
        String[] known = Stream.of(List.of("io.forgemcp.gateway..", SERVER), PLUGINS)
                .flatMap(List::stream)
                .toArray(String[]::new);
        assertThat(PRODUCT.stream()
                        .filter(type -> !resideInAnyPackage(known).test(type))
                        .map(type -> type.getPackageName())
                        .distinct())
                .as("packages of a module that is missing from %s", Arrays.toString(known))
                .isEmpty();
    }
}
