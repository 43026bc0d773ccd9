package io.forgemcp.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * What a program that embeds the gateway gets from a Maven repository: POMs that need nothing of this build, neither its
 * parent nor its list of versions.
 */
class PublishedPomsTest {
    private static final String OURS = "io.forgemcp";

    @ParameterizedTest
    @ValueSource(strings = {"gateway-core", "gateway-toolbox", "gateway-docker", "gateway-auth"})
    void aPublishedPomStandsAlone(String module) throws Exception {
        Element project = published(module);
        assertThat(children(project, "parent")).isEmpty();
        assertThat(children(project, "dependencies").stream().flatMap(all -> children(all, "dependency").stream()))
                .isNotEmpty()
                .allSatisfy(dependency -> {
                    assertThat(text(dependency, "version"))
                            .as(text(dependency, "artifactId"))
                            .matches("\\d[^$]*");
                    assertThat(text(dependency, "scope")).isNotEqualTo("test");
                });
    }

    @Test
    void theCoreNeedsNoOtherModule() throws Exception {
        assertThat(dependencies(published("gateway-core"))).isNotEmpty().doesNotContain(OURS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-java", "custom-plugins"})
    void anExampleUsesTheCoreAndNothingElseOfOurs(String example) throws Exception {
        Element project = parse(Path.of("examples", example, "pom.xml"));
        assertThat(dependencies(project)).containsOnlyOnce(OURS);
        assertThat(project.getTextContent()).contains("gateway-core");
    }

    /** The group of every dependency, in the order of the file. */
    private static List<String> dependencies(Element project) {
        return children(project, "dependencies").stream()
                .flatMap(all -> children(all, "dependency").stream())
                .map(dependency -> text(dependency, "groupId"))
                .toList();
    }

    private static Element published(String module) throws Exception {
        return parse(Path.of(module, ".flattened-pom.xml"));
    }

    private static Element parse(Path file) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(Repository.root().resolve(file).toFile())
                .getDocumentElement();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }

    private static String text(Element parent, String name) {
        return children(parent, name).stream()
                .map(Element::getTextContent)
                .findFirst()
                .orElse("");
    }
}
