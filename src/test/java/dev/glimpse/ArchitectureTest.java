package dev.glimpse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInAnyPackage;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may import whom: {@code src/test/resources/architecture/packages.puml} is the picture. */
class ArchitectureTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPath(Path.of("target/classes"));

    @Test
    void importsAreThoseOfThePicture() {
        URL picture = Objects.requireNonNull(getClass().getResource("/architecture/packages.puml"));

        classes()
                .should(adhereToPlantUmlDiagram(
                        picture, consideringOnlyDependenciesInAnyPackage("dev.glimpse", "dev.glimpse..")))
                .check(MAIN);
    }

    @Test
    void nobodyImportsAnAdapterButACommandThatOpensIt() {
        for (String adapter : List.of("encode.onnx", "index.exact", "index.lucene")) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.glimpse." + adapter)
                    .and()
                    .doNotHaveSimpleName("EvaluateCommand")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.glimpse." + adapter)
                    .check(MAIN);
        }
    }

    @Test
    void stagesFormNoCycles() {
        slices().matching("dev.glimpse.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void everyPackageTellsWhatItIs() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<Path> packages = files.filter(path -> path.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList();

            assertThat(packages)
                    .hasSizeGreaterThan(10)
                    .allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                            .content()
                            .contains("@NullMarked"));
        }
    }
}
