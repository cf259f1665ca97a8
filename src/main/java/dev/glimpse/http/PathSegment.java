package dev.glimpse.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** One segment of an address's path (RFC 3986, section 3.3). */
final class PathSegment {

    private PathSegment() {}

    /** A segment, percent-encoded. */
    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
