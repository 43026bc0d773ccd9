package io.forgemcp.server.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What no class of the product does. */
class CodeRulesTest {
    private static final JavaClasses PRODUCT = Product.classes();

    @Test
    void nobodySleeps() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .orShould()
                .callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class)
                .because("everything that waits takes Timers, so that tests need no real time")
                .check(PRODUCT);
    }

    @Test
    void onlyTheMainClassEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.forgemcp.server.cli.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .check(PRODUCT);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.forgemcp.server.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(PRODUCT);
    }

    @Test
    void nobodyKeepsThreadLocals() {
        noFields()
                .should()
                .haveRawType(ThreadLocal.class)
                .because("with virtual threads a cache by thread is a cache by call")
                .check(PRODUCT);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(PRODUCT.stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                        .map(each -> each.getName()))
                .as("packages without @NullMarked in package-info.java")
                .isEmpty();
    }
}
