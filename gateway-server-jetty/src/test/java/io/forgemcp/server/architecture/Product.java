package io.forgemcp.server.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The compiled classes that the standalone jar is made of, without tests and libraries. */
final class Product {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.forgemcp");

    private Product() {}

    static JavaClasses classes() {
        return CLASSES;
    }
}
