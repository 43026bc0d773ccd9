package io.forgemcp.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
    @TempDir
    Path project;

    @Test
    void laterSourcesWinAndEveryVariableKnowsItsOrigin() throws IOException {
        write(".env.shared", "A=shared\nB=shared\nC=shared\nD=shared\n");
        write(".env.production", "B=production\nC=production\nD=production\n");
        write(".env.development", "B=development\n");
        write(".env.local", "C=local\nD=local\n");

        Environment environment = Environment.read(project, Map.of("FORGE_ENV", "production", "D", "process"));

        assertThat(environment.find("A")).contains("shared");
        assertThat(environment.find("B")).contains("production");
        assertThat(environment.find("C")).contains("local");
        assertThat(environment.find("D")).contains("process");
        assertThat(environment.origin("A")).contains(".env.shared:1");
        assertThat(environment.origin("B")).contains(".env.production:1");
        assertThat(environment.origin("C")).contains(".env.local:1");
        assertThat(environment.origin("D")).contains(Environment.PROCESS);
        assertThat(environment.stage()).isEqualTo("production");
    }

    @Test
    void developmentIsTheStageUnlessSomethingSaysOtherwise() throws IOException {
        assertThat(Environment.read(project, Map.of()).stage()).isEqualTo("development");

        write(".env.shared", "FORGE_ENV=production\n");
        assertThat(Environment.read(project, Map.of()).stage()).isEqualTo("production");

        write(".env.local", "FORGE_ENV=staging\n");
        assertThat(Environment.read(project, Map.of()).stage()).isEqualTo("staging");
    }

    @Test
    void aStageThatIsNotANameIsRefusedAndReadsNoFile() throws IOException {
        write("secret", "STOLEN=1\n");

        Environment environment = Environment.read(project, Map.of("FORGE_ENV", "/../secret"));

        assertThat(environment.find("STOLEN")).isEmpty();
        assertThat(environment.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("development or production"));
    }

    @Test
    void theNotationOfEnvironmentFilesIsUnderstood() throws IOException {
        write(
                ".env.local",
                "# comment\n\nexport PLAIN = some text # comment\nHASH=a#b\nSINGLE='$a \\n # b'\n"
                        + "DOUBLE=\"two\\nlines \\\"quoted\\\"\"\nEMPTY=\nWINDOWS=yes\r\n");

        Environment environment = Environment.read(project, Map.of());

        assertThat(environment.findings()).isEmpty();
        assertThat(environment.find("PLAIN")).contains("some text");
        assertThat(environment.find("HASH")).contains("a#b");
        assertThat(environment.find("SINGLE")).contains("$a \\n # b");
        assertThat(environment.find("DOUBLE")).contains("two\nlines \"quoted\"");
        assertThat(environment.find("EMPTY")).contains("");
        assertThat(environment.find("WINDOWS")).contains("yes");
    }

    @Test
    void everyWrongLineIsReportedWithoutItsContent() throws IOException {
        write(".env.local", "<<<<<<< HEAD\nPASSWORD hunter2\nOPEN='abc\nGOOD=1\n=======\n>>>>>>> other\n");

        Environment environment = Environment.read(project, Map.of());

        assertThat(environment.findings()).extracting(Finding::line).containsExactly(1, 2, 3, 5, 6);
        assertThat(environment.findings().toString()).doesNotContain("hunter2").doesNotContain("abc");
        assertThat(environment.find("GOOD")).contains("1");
    }

    @Test
    void secretsAreMaskedAndNeverInTheDescription() {
        Environment environment = Environment.of(
                project,
                Map.of("JWT_SECRET_KEY", "hunter2", "DATABASE_URL", "postgresql://u:hunter2@h/d", "PORT", "1"));

        assertThat(environment.values(Set.of("JWT_SECRET_KEY", "DATABASE_URL", "PORT")))
                .extracting(EffectiveValue::value)
                .contains(Secrets.MASK, "1");
        assertThat(environment.values(Set.of("JWT_SECRET_KEY", "DATABASE_URL")).toString())
                .doesNotContain("hunter2");
        assertThat(environment.toString()).doesNotContain("hunter2");
    }

    @Test
    void theGatewaySuppliesTheProjectDirectoryAndARequestSize() {
        Environment environment = Environment.read(project, Map.of());

        assertThat(environment.find("FORGE_PROJECT_DIRECTORY")).contains(project.toString());
        assertThat(environment.find("FORGE_MAX_REQUEST_SIZE")).contains("10485760");
        assertThat(environment.origin("FORGE_PROJECT_DIRECTORY")).contains(Environment.GATEWAY);
        assertThat(Environment.read(project, Map.of("FORGE_MAX_REQUEST_SIZE", "1"))
                        .find("FORGE_MAX_REQUEST_SIZE"))
                .contains("1");
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(project.resolve(file), text);
    }
}
