package dev.glimpse.item;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The formats of pictures that are told apart, by their first bytes. */
public enum ImageFormat {
    /** ISO/IEC 10918-1. */
    JPEG("image/jpeg"),
    /** RFC 2083. */
    PNG("image/png"),
    /** RFC 9649. */
    WEBP("image/webp"),
    /** Its first frame counts. */
    GIF("image/gif"),
    /** Windows bitmap. */
    BMP("image/bmp"),
    /** Scalable Vector Graphics. */
    SVG("image/svg+xml"),
    /** Not decoded: no library in Java does. */
    HEIC("image/heic"),
    /** Not decoded: no library in Java does. */
    AVIF("image/avif");

    private static final int SVG_PROLOGUE = 4096;

    private final String mediaType;

    ImageFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** Its media type, for example {@code image/png}. */
    public String mediaType() {
        return mediaType;
    }

    /** The format of a file, if its first bytes are those of one that we know. */
    public static Optional<ImageFormat> of(byte[] file) {
        if (begins(file, 0, "\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        } else if (begins(file, 0, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        } else if (begins(file, 0, "RIFF") && begins(file, 8, "WEBP")) {
            return Optional.of(WEBP);
        } else if (begins(file, 0, "GIF87a") || begins(file, 0, "GIF89a")) {
            return Optional.of(GIF);
        } else if (begins(file, 0, "BM") && file.length > 26) {
            return Optional.of(BMP);
        } else if (begins(file, 4, "ftyp")) {
            return begins(file, 8, "avif") || begins(file, 8, "avis")
                    ? Optional.of(AVIF)
                    : begins(file, 8, "he") || begins(file, 8, "mif1") ? Optional.of(HEIC) : Optional.empty();
        }
        return isSvg(file) ? Optional.of(SVG) : Optional.empty();
    }

    private static boolean begins(byte[] file, int at, String magic) {
        if (file.length < at + magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((file[at + i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSvg(byte[] file) {
        String start = new String(file, 0, Math.min(file.length, SVG_PROLOGUE), StandardCharsets.UTF_8)
                .replace("\ufeff", "")
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        return start.startsWith("<svg")
                || ((start.startsWith("<?xml") || start.startsWith("<!doctype") || start.startsWith("<!--"))
                        && start.contains("<svg"));
    }
}
