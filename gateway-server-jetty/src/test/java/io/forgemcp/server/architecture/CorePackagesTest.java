package io.forgemcp.server.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the features of the core may see each other. */
class CorePackagesTest {
    private static final String CORE = "io.forgemcp.gateway";
    /** In the order that a request passes them: each may call the later ones, never the earlier. */
    private static final List<String> PATH =
            List.of("endpoint", "security", "virtualserver", "catalog", "lifecycle", "upstream", "transport");
    /** Called by many, calling none of the path. */
    private static final List<String> GROUND =
            List.of("error", "time", "thread", "event", "metrics", "protocol", "inprocess", "service");

    private static final JavaClasses PRODUCT = Product.classes();

    static Stream<String> path() {
        return PATH.stream();
    }

    static Stream<String> ground() {
        return GROUND.stream();
    }

    @ParameterizedTest
    @MethodSource("path")
    void aFeatureOnThePathOfARequestDoesNotCallAnEarlierOne(String feature) {
        String[] earlier = IntStream.range(0, PATH.indexOf(feature))
                .mapToObj(i -> CORE + "." + PATH.get(i) + "..")
                .toArray(String[]::new);
        if (earlier.length == 0) {
            return;
        }
        noClasses()
                .that()
                .resideInAPackage(CORE + "." + feature + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(earlier)
                .check(PRODUCT);
    }

    @ParameterizedTest
    @MethodSource("ground")
    void theGroundKnowsNothingOfThePath(String feature) {
        noClasses()
                .that()
                .resideInAPackage(CORE + "." + feature + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        PATH.stream().map(later -> CORE + "." + later + "..").toArray(String[]::new))
                .check(PRODUCT);
    }

    @Test
    void featuresDoNotFormCycles() {
        slices().matching(CORE + ".(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void onlyTheRootUsesInternal() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CORE, CORE + ".internal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CORE + ".internal..")
                .check(PRODUCT);
    }

    @Test
    void noFeatureKnowsTheRoot() {
        noClasses()
                .that()
                .resideInAPackage(CORE + ".*..")
                .and()
                .resideOutsideOfPackage(CORE + ".internal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CORE)
                .check(PRODUCT);
    }
}
