package dev.glimpse.deploy;

import dev.glimpse.encode.EncodeConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The service's configuration: that of all its {@code @ConfigMapping} interfaces, which are named {@code …Config}. */
final class ConfigurationKeys {

    /** A key that a default value refers to, as in {@code ${glimpse.data:data}/index}. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(glimpse[a-z0-9.-]*)");

    private static final List<ConfigClass> MAPPINGS = mappings();

    private ConfigurationKeys() {}

    /** The environment variables that set a key of the service, or one that a key's default refers to. */
    static Set<String> variables() {
        Set<String> variables = new TreeSet<>();
        for (ConfigClass mapping : MAPPINGS) {
            mapping.getProperties().forEach((key, value) -> {
                variables.add(variable(key));
                Matcher reference = REFERENCE.matcher(value == null ? "" : value);
                while (reference.find()) {
                    variables.add(variable(reference.group(1)));
                }
            });
        }
        return variables;
    }

    /** Reads an environment as the service does when it starts; fails on a value that a key does not take. */
    static SmallRyeConfig read(Map<String, String> environment) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL));
        MAPPINGS.forEach(builder::withMapping);
        return builder.build();
    }

    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static List<ConfigClass> mappings() {
        try {
            Path classes = Path.of(EncodeConfig.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            List<ConfigClass> mappings = new ArrayList<>();
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(path -> path.toString().endsWith("Config.class"))
                        .toList()) {
                    String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                    Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                    if (type.isAnnotationPresent(ConfigMapping.class)) {
                        mappings.add(ConfigClass.configClass(type));
                    }
                }
            }
            return mappings;
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException("the service's classes can't be read", e);
        }
    }
}
