package dev.glimpse.scene;

import java.util.HashSet;
import java.util.List;

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
    record Sized(Size size, Figure figure) implements Statement {

        @Override
        public boolean isTrueOf(Scene scene) {
            return scene.figures().stream()
                    .anyMatch(placed -> placed.figure().equals(figure) && size.isOf(placed.radius()));
        }
    }

    /**
     * "a red circle above a blue square": two such figures stand so to each other, by the geometry that
     * {@link Relation} tells. True of pairs made for it, of pairs made for the converse, and of triples in which two of
     * the three happen to stand so.
     */
    record Related(Figure first, Relation relation, Figure second) implements Statement {

        /** @throws IllegalArgumentException if the figures are alike */
        public Related {
            if (first.equals(second)) {
                throw new IllegalArgumentException("%s cannot be related to its like".formatted(first));
            }
        }

        @Override
        public boolean isTrueOf(Scene scene) {
            return scene.figures().stream()
                    .filter(placed -> placed.figure().equals(first))
                    .anyMatch(placed -> standsRightIn(scene, placed));
        }

        private boolean standsRightIn(Scene scene, PlacedFigure placed) {
            return scene.figures().stream()
                    .anyMatch(other -> other.figure().equals(second) && relation.holds(placed, other));
        }
    }

    /** "three yellow stars": exactly so many, so that a scene with four is no scene with three. True of counts only. */
    record Counted(int count, Figure figure) implements Statement {

        /** @throws IllegalArgumentException if the count is not 2 to 4 */
        public Counted {
            if (count < 2 || count > 4) {
                throw new IllegalArgumentException("a count of %d must be 2 to 4".formatted(count));
            }
        }

        @Override
        public boolean isTrueOf(Scene scene) {
            return scene.count(figure) == count;
        }
    }

    /**
     * "a red circle and a blue square", or three: each of them is there. The order says nothing. A list of two is true
     * of pairs in any relation and of triples that have both; a list of three only of triples.
     */
    record Listed(List<Figure> figures) implements Statement {

        /** @throws IllegalArgumentException if there are not two or three, or two are alike */
        public Listed {
            figures = List.copyOf(figures);
            if (figures.size() < 2 || figures.size() > 3 || new HashSet<>(figures).size() < figures.size()) {
                throw new IllegalArgumentException("a list must have 2 or 3 unlike figures, not %s".formatted(figures));
            }
        }

        @Override
        public boolean isTrueOf(Scene scene) {
            return figures.stream().allMatch(scene::shows);
        }
    }
}
