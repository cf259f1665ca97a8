package dev.glimpse.encode.image;

import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a drawing once, before it is drawn, and refuses what a stranger's file must not do: refer to anything outside
 * itself, define entities, nest without end, or grow without end by elements that use elements.
 */
final class SvgGuard {

    /** How deep elements may nest. */
    static final int MAX_DEPTH = 64;

    private static final int MAX_ELEMENTS = 50_000;
    /** How many elements are drawn once each reference is replaced by what it refers to. */
    private static final long MAX_DRAWN = 200_000;

    private static final Pattern REFERENCE =
            Pattern.compile("url\\(\\s*['\"]?\\s*([^'\")\\s]*)", Pattern.CASE_INSENSITIVE);
    private static final XMLInputFactory XML = factory();

    /** An element: what it contains, and the ids that it refers to. */
    private static final class Node {
        final List<Node> children = new ArrayList<>();
        final List<String> references = new ArrayList<>();
        long drawn = -1;
    }

    private final Map<String, Node> byId = new HashMap<>();
    private final Set<Node> open = new HashSet<>();

    private SvgGuard() {}

    /** @throws RejectedRecordException if the drawing is no XML, or does what it must not do */
    static void check(byte[] file) throws RejectedRecordException {
        try {
            SvgGuard guard = new SvgGuard();
            Node root = guard.read(XML.createXMLStreamReader(new ByteArrayInputStream(file)));
            guard.drawn(root);
        } catch (XMLStreamException e) {
            throw new RejectedRecordException(
                    Reason.DAMAGED_IMAGE, "the SVG drawing is not well-formed XML: " + oneLine(e.getMessage()), e);
        }
    }

    private Node read(XMLStreamReader xml) throws XMLStreamException, RejectedRecordException {
        Node root = new Node();
        Deque<Node> path = new ArrayDeque<>(List.of(root));
        int elements = 0;
        boolean style = false;
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (path.size() > MAX_DEPTH) {
                        throw unsafe("nests deeper than %d elements".formatted(MAX_DEPTH));
                    }
                    if (++elements > MAX_ELEMENTS) {
                        throw unsafe("has more than %d elements".formatted(MAX_ELEMENTS));
                    }
                    Node node = element(xml);
                    path.element().children.add(node);
                    path.push(node);
                    style = xml.getLocalName().equalsIgnoreCase("style");
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    path.pop();
                    style = false;
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (style) {
                        refer(root, xml.getText());
                    }
                }
                case XMLStreamConstants.DTD -> {
                    if (xml.getText().toUpperCase(Locale.ROOT).contains("<!ENTITY")) {
                        throw unsafe("defines entities");
                    }
                }
                case XMLStreamConstants.ENTITY_REFERENCE -> throw unsafe("refers to an entity");
                default -> {}
            }
        }
        return root;
    }

    private Node element(XMLStreamReader xml) throws RejectedRecordException {
        Node node = new Node();
        boolean link = xml.getLocalName().equals("a");
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            String name = xml.getAttributeLocalName(i);
            String value = xml.getAttributeValue(i).strip();
            if (name.equals("id")) {
                byId.putIfAbsent(value, node);
            } else if ((name.equals("href") || name.equals("src")) && !link) {
                refer(node, "url(" + value + ")");
            } else {
                refer(node, value);
            }
        }
        return node;
    }

    private static void refer(Node node, String value) throws RejectedRecordException {
        if (value.contains("@import")) {
            throw unsafe("imports a style sheet");
        }
        Matcher matcher = REFERENCE.matcher(value);
        while (matcher.find()) {
            String target = matcher.group(1);
            if (!target.startsWith("#")) {
                throw unsafe(
                        "refers to '%s', outside itself".formatted(target.substring(0, Math.min(80, target.length()))));
            }
            node.references.add(target.substring(1));
        }
    }

    private long drawn(Node node) throws RejectedRecordException {
        if (node.drawn >= 0) {
            return node.drawn;
        }
        if (!open.add(node) || open.size() > 10 * MAX_DEPTH) {
            throw unsafe("has elements that use themselves");
        }
        long drawn = 1;
        for (Node child : node.children) {
            drawn += drawn(child);
        }
        for (String reference : node.references) {
            Node used = byId.get(reference);
            drawn += used == null ? 0 : drawn(used);
        }
        open.remove(node);
        if (drawn > MAX_DRAWN) {
            throw unsafe("draws more than %d elements once its references are followed".formatted(MAX_DRAWN));
        }
        node.drawn = drawn;
        return drawn;
    }

    private static RejectedRecordException unsafe(String what) {
        return new RejectedRecordException(Reason.UNSAFE_DRAWING, "the SVG drawing is refused: it " + what);
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replaceAll("\\s+", " ");
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        return factory;
    }
}
