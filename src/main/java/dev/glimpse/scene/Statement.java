package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a caption claims, whatever its wording. A claim says what there is and is silent about the rest: further figures
 * on the scene do not make it false. So a statement may be true of scenes other than the one it was made for, also of
 * another sort; each kind of statement tells its rule.
 */
public sealed interface Statement {

    /** Whether the claim is right of the scene. */
    boolean isTrueOf(Scene scene);

    /**
     * "a large red circle": some such figure is of that size. Any sort of scene can show one: a large red ring about a
     * blue star is a large red ring too, and one of three small red circles is a small red circle.
     */
    static Statement sized(Size size, Figure figure) {
        return new Shown(Description.of(figure).with(size));
    }

    /**
     * "a red circle above a blue square": two such figures stand so to each other, by the geometry that
     * {@link Relation} tells. True of pairs made for it, of pairs made for the converse, and of triples in which two of
     * the three happen to stand so.
     */
    static Statement related(Figure first, Relation relation, Figure second) {
        return new Shown(Description.of(first), relation, Description.of(second));
    }

    /**
     * "a red circle and a blue square", or three: each of them is there. The order says nothing. A list of two is true
     * of pairs in any relation and of triples that have both; a list of three only of triples.
     */
    static Statement listed(List<Figure> figures) {
        return new Shown(figures.stream().map(Description::of).toList(), List.of());
    }

    /** The first of the described objects stands in the relation to the second; both told by their places in the list. */
    record Link(int first, Relation relation, int second) {}

    /**
     * One to three objects: for each description there is a figure of its own on the scene, and these figures stand to
     * each other as the links say.
     *
     * @param objects unlike descriptions
     * @param links   none; or one for two objects, the first to the second; or a second for three, which has the third
     */
    record Shown(List<Description> objects, List<Link> links) implements Statement {

        /** @throws IllegalArgumentException if two are described alike or the links are others */
        public Shown {
            objects = List.copyOf(objects);
            links = List.copyOf(links);
            if (objects.isEmpty() || objects.size() > 3 || new HashSet<>(objects).size() < objects.size()) {
                throw new IllegalArgumentException("a list must have 1 to 3 unlike objects, not %s".formatted(objects));
            }
            if (!links.isEmpty() && links.size() != objects.size() - 1) {
                throw new IllegalArgumentException("%s must link all of %s or none".formatted(links, objects));
            }
            for (int i = 0; i < links.size(); i++) {
                Link link = links.get(i);
                boolean told = i == 0
                        ? link.first() == 0 && link.second() == 1
                        : link.first() == 2 && (link.second() == 0 || link.second() == 1);
                if (!told) {
                    throw new IllegalArgumentException("%s must relate object %d".formatted(link, i + 1));
                }
            }
        }

        /** One object. */
        public Shown(Description object) {
            this(List.of(object), List.of());
        }

        /** Two objects, the first in the relation to the second. */
        public Shown(Description first, Relation relation, Description second) {
            this(List.of(first, second), List.of(new Link(0, relation, 1)));
        }

        /** The same claim from the relation's other end, if there are two objects and it has one. */
        public Optional<Shown> turned() {
            return objects.size() == 2 && links.size() == 1
                    ? links.getFirst()
                            .relation()
                            .converse()
                            .map(converse -> new Shown(objects.getLast(), converse, objects.getFirst()))
                    : Optional.empty();
        }

        @Override
        public boolean isTrueOf(Scene scene) {
            return canAssign(scene, new ArrayList<>());
        }

        /** Whether figures can be found for the objects that have none yet. */
        private boolean canAssign(Scene scene, List<PlacedFigure> chosen) {
            if (chosen.size() == objects.size()) {
                return links.stream()
                        .allMatch(link -> link.relation().holds(chosen.get(link.first()), chosen.get(link.second())));
            }
            for (PlacedFigure figure : scene.figures()) {
                if (!chosen.contains(figure) && objects.get(chosen.size()).isTrueOf(figure)) {
                    chosen.add(figure);
                    if (canAssign(scene, chosen)) {
                        return true;
                    }
                    chosen.removeLast();
                }
            }
            return false;
        }
    }

    /** "three yellow stars": exactly so many, so that a scene with four is no scene with three. */
    record Counted(int count, Description objects) implements Statement {

        static final int MOST = 6;

        /** @throws IllegalArgumentException if the count is not 2 to {@value #MOST} */
        public Counted {
            if (count < 2 || count > MOST) {
                throw new IllegalArgumentException("a count of %d must be 2 to %d".formatted(count, MOST));
            }
        }

        public Counted(int count, Figure figure) {
            this(count, Description.of(figure));
        }

        @Override
        public boolean isTrueOf(Scene scene) {
            return scene.figures().stream().filter(objects::isTrueOf).count() == count;
        }
    }
}
