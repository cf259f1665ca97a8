package dev.glimpse.encode.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The marker segments of a JPEG file (ISO/IEC 10918-1, annex B), as far as they matter before decoding. */
final class JpegSegments {

    private static final int START_OF_SCAN = 0xda;
    private static final int APP1 = 0xe1;
    private static final int APP2 = 0xe2;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);

    private JpegSegments() {}

    /** One segment before the first scan: its marker's second byte, where it begins, and where the next does. */
    private interface Visitor {
        void visit(int marker, int from, int to);
    }

    /** The file without its ICC profile, which the platform's reader would apply; the file itself where it has none. */
    static byte[] withoutColourProfile(byte[] file) {
        if (!has(file, APP2, PROFILE)) {
            return file;
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        kept.write(file, 0, 2);
        int scan = visit(file, (marker, from, to) -> {
            if (marker != APP2 || !begins(file, from + 4, PROFILE)) {
                kept.write(file, from, to - from);
            }
        });
        kept.write(file, scan, file.length - scan);
        return kept.toByteArray();
    }

    /** Whether the file states anything about the camera. */
    static boolean hasExif(byte[] file) {
        return has(file, APP1, EXIF);
    }

    private static boolean has(byte[] file, int wanted, byte[] magic) {
        boolean[] found = {false};
        visit(file, (marker, from, to) -> found[0] |= marker == wanted && begins(file, from + 4, magic));
        return found[0];
    }

    /** The number of components that the frame has, or 0 where no frame is found. */
    static int components(byte[] file) {
        int[] components = {0};
        visit(file, (marker, from, to) -> {
            boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (frame && to - from >= 10) {
                components[0] = file[from + 9] & 0xff;
            }
        });
        return components[0];
    }

    /** Visits the segments before the first scan; returns where that, or what can't be read, begins. */
    private static int visit(byte[] file, Visitor visitor) {
        int at = 2;
        while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
            int marker = file[at + 1] & 0xff;
            int length = (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff);
            int next = at + 2 + length;
            if (marker == START_OF_SCAN || marker == 0xff || length < 2 || next > file.length) {
                break;
            }
            visitor.visit(marker, at, next);
            at = next;
        }
        return at;
    }

    private static boolean begins(byte[] file, int at, byte[] magic) {
        if (at + magic.length > file.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (file[at + i] != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
