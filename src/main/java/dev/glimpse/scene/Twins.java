package dev.glimpse.scene;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Draws twins of scenes: minimal pairs, at most one of each kind. A twin has the original's background, and its figures
 * stand where they did, but where what changed forbids it: large figures move to fit, and changed places are nudged by
 * as much as keeps both whole. Twins of kinds that a scene gives no room for are left out. The same seed, scene and
 * number give the same twins. Stateless, so threads may share one.
 *
 * @param domain what the twins may show
 * @param seed   what tells one series of choices from another
 */
public record Twins(Domain domain, long seed) {

    private static final List<Texture> TEXTURES = List.of(Texture.values());

    /** The twins of the scene in the order of their kinds. */
    public List<Twin> of(Scene scene, long number) {
        Draws draws = Draws.of(seed, number);
        return Stream.of(Twin.Kind.values())
                .map(kind -> candidates(kind, scene, draws)
                        .filter(this::isMinimalPair)
                        .map(Candidate::twin)
                        .findFirst())
                .flatMap(Optional::stream)
                .toList();
    }

    private record Candidate(Scene original, Twin twin) {}

    private boolean isMinimalPair(Candidate candidate) {
        Scene original = candidate.original();
        Twin twin = candidate.twin();
        return twin.ofOriginal().isTrueOf(original)
                && !twin.ofOriginal().isTrueOf(twin.scene())
                && twin.ofTwin().isTrueOf(twin.scene())
                && !twin.ofTwin().isTrueOf(original);
    }

    private Stream<Candidate> candidates(Twin.Kind kind, Scene scene, Draws draws) {
        boolean isTriple = scene instanceof Scene.Triple;
        var rebuilding = new Rebuilding(scene, draws);
        return switch (kind) {
            case RELATION_FLIPPED ->
                isTriple
                        ? rebuilding.placesExchanged().flatMap(twin -> relations(scene, twin))
                        : rebuilding.flipped().map(twin -> full(kind, scene, twin));
            case COLOURS_SWAPPED -> rebuilding.coloursSwapped().map(twin -> full(kind, scene, twin));
            case COUNT_OFF_BY_ONE ->
                rebuilding.countOffByOne(domain == Domain.BASIC ? 4 : 6).map(twin -> full(kind, scene, twin));
            case SHAPE_CHANGED -> isTriple ? Stream.empty() : changed(kind, rebuilding, scene, this::otherShapes);
            case COLOUR_CHANGED -> isTriple ? Stream.empty() : changed(kind, rebuilding, scene, this::otherColours);
            case TEXTURE_CHANGED -> changed(kind, rebuilding, scene, this::otherTextures);
            case ONE_OF_THREE_CHANGED ->
                isTriple
                        ? changed(kind, rebuilding, scene, draws.oneIn(2) ? this::otherShapes : this::otherColours)
                        : Stream.empty();
            case SIZE_CHANGED -> rebuilding.resized().map(twin -> sizes(scene, twin));
        };
    }

    private Stream<Candidate> changed(
            Twin.Kind kind, Rebuilding rebuilding, Scene scene, Function<Figure, List<Figure>> others) {
        return rebuilding
                .changed(others)
                .map(twin -> kind == Twin.Kind.TEXTURE_CHANGED ? textures(scene, twin) : full(kind, scene, twin));
    }

    private Candidate full(Twin.Kind kind, Scene scene, Scene twin) {
        return new Candidate(scene, new Twin(kind, twin, domain.claim(scene), domain.claim(twin)));
    }

    /** Tells the changed figures' textures, solid ones as well. */
    private static Candidate textures(Scene scene, Scene twin) {
        return new Candidate(
                scene,
                new Twin(
                        Twin.Kind.TEXTURE_CHANGED,
                        twin,
                        Claims.full(scene, notOn(twin)),
                        Claims.full(twin, notOn(scene))));
    }

    /** Tells the changed figures' sizes. */
    private static Candidate sizes(Scene scene, Scene twin) {
        return new Candidate(
                scene,
                new Twin(
                        Twin.Kind.SIZE_CHANGED,
                        twin,
                        Claims.full(scene, _ -> false, resizedOn(twin)),
                        Claims.full(twin, _ -> false, resizedOn(scene))));
    }

    private static Predicate<PlacedFigure> notOn(Scene other) {
        return placed -> !other.figures().contains(placed);
    }

    private static Predicate<PlacedFigure> resizedOn(Scene other) {
        return placed -> other.figures().stream()
                .noneMatch(same -> same.figure().equals(placed.figure()) && same.radius() == placed.radius());
    }

    /** Tells of two of three figures how they stand to each other. */
    private static Stream<Candidate> relations(Scene scene, Scene twin) {
        List<PlacedFigure> figures = scene.figures();
        return figures.stream()
                .flatMap(first -> figures.stream()
                        .filter(second -> first != second)
                        .flatMap(second -> Relation.BESIDE.stream()
                                .filter(relation -> relation.holds(first, second))
                                .map(relation -> new Candidate(
                                        scene, relation(twin, first.figure(), relation, second.figure())))));
    }

    private static Twin relation(Scene twin, Figure first, Relation relation, Figure second) {
        return new Twin(
                Twin.Kind.RELATION_FLIPPED,
                twin,
                Statement.related(first, relation, second),
                Statement.related(first, relation.converse().orElseThrow(), second));
    }

    private List<Figure> otherShapes(Figure figure) {
        return domain.shapes().stream()
                .filter(shape -> shape != figure.shape())
                .filter(shape -> figure.texture() == Texture.SOLID || shape.isBroad())
                .filter(shape -> shape.isGlyph() == figure.shape().isGlyph())
                .map(figure::with)
                .toList();
    }

    private List<Figure> otherColours(Figure figure) {
        return domain.colours().stream()
                .filter(colour -> colour != figure.colour())
                .map(figure::with)
                .toList();
    }

    private List<Figure> otherTextures(Figure figure) {
        return domain == Domain.WIDE && figure.shape().isBroad()
                ? TEXTURES.stream()
                        .filter(texture -> texture != figure.texture())
                        .map(figure::with)
                        .toList()
                : List.of();
    }
}
