package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The volumes of a pod as directories, and where its mount paths are on this machine. A scratch volume over a directory
 * that exists here, such as {@code /tmp}, is left alone: the process has one already.
 */
final class PodVolumes {
    private final Path directory;
    private final Map<String, Path> mounts = new LinkedHashMap<>();

    private PodVolumes(Path directory) {
        this.directory = directory;
    }

    /** @throws MissingReference when a secret or config map is not there (yet) */
    static PodVolumes make(Pod pod, Container container, Path directory, References references) throws IOException {
        PodVolumes volumes = new PodVolumes(directory);
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (Volume volume : pod.getSpec().getVolumes()) {
            volumes.fill(volume, references);
        }
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path mounted = directory.resolve(mount.getName());
            boolean scratch = pod.getSpec().getVolumes().stream()
                    .anyMatch(volume -> volume.getName().equals(mount.getName()) && volume.getEmptyDir() != null);
            if (!Files.isDirectory(mounted)) {
                throw new IOException("volume %s of pod %s is of a kind that local pods do not have"
                        .formatted(mount.getName(), pod.getMetadata().getName()));
            }
            if (!(scratch && Files.isDirectory(Path.of(mount.getMountPath())))) {
                volumes.mounts.put(mount.getMountPath(), mounted);
            }
        }
        return volumes;
    }

    /** Rewrites every mount path in the text, and what lies under one; longer paths first, whole names only. */
    String localise(String text) {
        String local = text;
        List<String> paths = mounts.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        for (String path : paths) {
            local = Pattern.compile("(?<![\\w./-])" + Pattern.quote(path) + "(?![\\w.-])")
                    .matcher(local)
                    .replaceAll(Matcher.quoteReplacement(String.valueOf(mounts.get(path))));
        }
        return local;
    }

    /** Removes the directories and all that is in them. */
    void delete() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void fill(Volume volume, References references) throws IOException {
        Path path = directory.resolve(volume.getName());
        if (volume.getEmptyDir() != null) {
            Files.createDirectories(path);
        } else if (volume.getSecret() != null) {
            Files.createDirectories(path);
            fill(path, volume.getSecret(), references);
        } else if (volume.getConfigMap() != null) {
            write(
                    path,
                    references.configMap(volume.getConfigMap().getName()),
                    volume.getConfigMap().getItems());
        }
    }

    private static void fill(Path path, SecretVolumeSource secret, References references) throws IOException {
        try {
            write(path, references.secret(secret.getSecretName()), secret.getItems());
        } catch (MissingReference missing) {
            if (!Boolean.TRUE.equals(secret.getOptional())) {
                throw missing;
            }
        }
    }

    private static void write(Path path, Map<String, byte[]> entries, List<KeyToPath> items) throws IOException {
        Files.createDirectories(path);
        if (items.isEmpty()) {
            for (var entry : entries.entrySet()) {
                Files.write(path.resolve(entry.getKey()), entry.getValue());
            }
        }
        for (KeyToPath item : items) {
            Path file = path.resolve(item.getPath()).normalize();
            byte[] content = entries.get(item.getKey());
            if (content == null || !file.startsWith(path)) {
                throw new MissingReference("no key %s for file %s".formatted(item.getKey(), item.getPath()));
            }
            Files.createDirectories(file.resolveSibling("."));
            Files.write(file, content);
        }
    }
}
