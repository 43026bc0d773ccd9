package io.forgemcp.server.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;

/** How the packages of the program may see each other: the command line everything, the root its listeners, they each other in one direction. */
class ServerPackagesTest {
    private static final String SERVER = "io.forgemcp.server";
    private static final JavaClasses PRODUCT = Product.classes();

    @Test
    void packagesDoNotFormCycles() {
        slices().matching(SERVER + ".(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void onlyTheCommandLineKnowsTheRoot() {
        noClasses()
                .that()
                .resideInAPackage(SERVER + ".*..")
                .and()
                .resideOutsideOfPackage(SERVER + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SERVER)
                .check(PRODUCT);
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage(SERVER + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SERVER + ".cli..")
                .check(PRODUCT);
    }
}
