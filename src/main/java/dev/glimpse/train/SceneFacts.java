package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Description;
import dev.glimpse.scene.Figure;
import dev.glimpse.scene.PlacedFigure;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Statement;
import dev.glimpse.scene.Texture;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.Operators;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a drawn scene shows, as numbered facts of two or three parts: which colour which shape has, which colour stands how to
 * which, which colour stands how to anything; and what of that a claim states. An embedding from which they can be read tells
 * what belongs to what. From pairs alone that is learned late: until both branches know it, neither gains anything.
 */
final class SceneFacts {

    private static final int COLOURS = Colour.values().length;
    private static final int SHAPES = dev.glimpse.scene.Shape.values().length;
    private static final int TEXTURES = Texture.values().length;
    private static final int RELATIONS = Relation.values().length;
    private static final int SIZES = Size.values().length;
    private static final int MOST_FIGURES = 8;

    private static final int TEXTURED_SHAPE = COLOURS * SHAPES;
    private static final int TEXTURED_COLOUR = TEXTURED_SHAPE + TEXTURES * SHAPES;
    private static final int SIZED_SHAPE = TEXTURED_COLOUR + TEXTURES * COLOURS;
    private static final int SIZED_COLOUR = SIZED_SHAPE + SIZES * SHAPES;
    private static final int COLOUR_TO_COLOUR = SIZED_COLOUR + SIZES * COLOURS;
    private static final int SHAPE_TO_COLOUR = COLOUR_TO_COLOUR + RELATIONS * COLOURS * COLOURS;
    private static final int FIGURES = SHAPE_TO_COLOUR + RELATIONS * SHAPES * COLOURS;

    private static final int OTHERS = FIGURES + MOST_FIGURES + 1;

    /** Each colour and each shape as what stands so, and as what it stands so to. */
    private static final int ROLES = RELATIONS * 2 * (COLOURS + SHAPES);

    /** How many facts there are. */
    static final int COUNT = OTHERS + ROLES;

    private static final String NAME = "facts";
    private static final float SELDOM = -4;

    /** Of what is read: of any length, embeddings grew until the training diverged. */
    private static final float LENGTH = 16;

    private SceneFacts() {}

    /** The numbers of the facts that a scene shows; some may be there twice. */
    static int[] of(Scene scene) {
        IntStream.Builder facts = IntStream.builder();
        facts.add(FIGURES + Math.min(scene.figures().size(), MOST_FIGURES));
        scene.figures().forEach(figure -> add(facts, scene, figure));
        return facts.build().toArray();
    }

    /** The numbers of the facts about one of its figures. */
    private static int[] of(Scene scene, PlacedFigure figure) {
        IntStream.Builder facts = IntStream.builder();
        add(facts, scene, figure);
        return facts.build().toArray();
    }

    private static void add(IntStream.Builder facts, Scene scene, PlacedFigure one) {
        Description described = described(one);
        add(facts, described);
        for (PlacedFigure other : scene.figures()) {
            for (Relation relation : Relation.values()) {
                if (one != other && relation.holds(one, other)) {
                    add(facts, described, relation, described(other));
                }
            }
        }
    }

    /** The numbers of the facts that a claim states. */
    static int[] of(Statement claim) {
        IntStream.Builder facts = IntStream.builder();
        switch (claim) {
            case Statement.Counted(int count, Description objects) -> {
                facts.add(FIGURES + Math.min(count, MOST_FIGURES));
                add(facts, objects);
            }
            case Statement.Shown(List<Description> objects, List<Statement.Link> links) -> {
                objects.forEach(object -> add(facts, object));
                for (Statement.Link link : links) {
                    Description first = objects.get(link.first());
                    Description second = objects.get(link.second());
                    add(facts, first, link.relation(), second);
                    link.relation().converse().ifPresent(converse -> add(facts, second, converse, first));
                }
            }
        }
        return facts.build().toArray();
    }

    private static Description described(PlacedFigure placed) {
        Figure figure = placed.figure();
        Size size = Stream.of(Size.values())
                .filter(of -> of.isOf(placed.radius()))
                .findFirst()
                .orElse(null);
        return new Description(size, figure.texture(), figure.colour(), figure.shape());
    }

    private static void add(IntStream.Builder facts, Description of) {
        add(facts, 0, of.colour(), of.shape(), SHAPES);
        add(facts, TEXTURED_SHAPE, of.texture(), of.shape(), SHAPES);
        add(facts, TEXTURED_COLOUR, of.texture(), of.colour(), COLOURS);
        add(facts, SIZED_SHAPE, of.size(), of.shape(), SHAPES);
        add(facts, SIZED_COLOUR, of.size(), of.colour(), COLOURS);
    }

    private static void add(IntStream.Builder facts, Description one, Relation relation, Description other) {
        int colours = COLOUR_TO_COLOUR + relation.ordinal() * COLOURS * COLOURS;
        add(facts, colours, one.colour(), other.colour(), COLOURS);
        int shapes = SHAPE_TO_COLOUR + relation.ordinal() * SHAPES * COLOURS;
        add(facts, shapes, one.shape(), other.colour(), COLOURS);
        addRole(facts, 2 * relation.ordinal(), one);
        addRole(facts, 2 * relation.ordinal() + 1, other);
    }

    private static void addRole(IntStream.Builder facts, int role, Description of) {
        int from = OTHERS + role * (COLOURS + SHAPES);
        if (of.colour() != null) {
            facts.add(from + of.colour().ordinal());
        }
        if (of.shape() != null) {
            facts.add(from + COLOURS + of.shape().ordinal());
        }
    }

    private static void add(
            IntStream.Builder facts, int from, @Nullable Enum<?> row, @Nullable Enum<?> column, int columns) {
        if (row != null && column != null) {
            facts.add(from + row.ordinal() * columns + column.ordinal());
        }
    }

    /**
     * How badly scenes and claims can be read from embeddings: the cross-entropy of each fact, summed, by stated fact; and in
     * the cell where a figure has its centre, that of its shape, of its colour, and of the facts about it. One matrix reads the
     * facts of all, so a fact has one direction in the joint space.
     *
     * @param images   {@code [n, dimension]}, of any length
     * @param cells    of the pictures
     * @param texts    {@code [m, dimension]}, of any length
     * @param order    of the captions in {@code texts}
     * @param examples whose last pictures and captions are of scenes
     */
    static NDArray loss(
            NDManager at,
            Operators<NDArray> on,
            NDArray images,
            ImageBranch.Cells cells,
            NDArray texts,
            int[] order,
            Examples examples) {
        List<Scene> scenes = examples.scenes();
        List<Statement> claims = examples.claims();
        NDIndex last = new NDIndex("-%d:".formatted(scenes.size()));
        NDArray shown = inEmbeddings(
                at,
                on,
                "bias",
                images.get(last),
                scenes.stream().map(SceneFacts::of).toList());
        int firstClaim = order.length - claims.size();
        int each = claims.size() / scenes.size();
        List<Long> rows = new ArrayList<>();
        List<int[]> stated = new ArrayList<>();
        for (int row = 0; row < order.length; row++) {
            int claim = order[row] - firstClaim;
            // One of each scene's is enough; reading all costs as much as the network does.
            if (claim >= 0 && claim % each == claim / each % each) {
                rows.add((long) row);
                stated.add(of(claims.get(claim)));
            }
        }
        NDArray chosen =
                texts.get(at.create(rows.stream().mapToLong(Long::longValue).toArray()));
        NDArray said = inEmbeddings(at, on, "said", chosen, stated);
        return shown.add(said).add(inCells(at, on, cells, last, scenes));
    }

    private static NDArray inEmbeddings(
            NDManager at, Operators<NDArray> on, String bias, NDArray embeddings, List<int[]> facts) {
        long dimension = embeddings.getShape().get(1);
        NDArray read = NDArrayOperators.times(NDArrayOperators.normalised(embeddings), LENGTH);
        NDArray logits = logits(on, "", bias, OTHERS, read, dimension)
                .concat(logits(on, ".roles", bias, ROLES, read, dimension), 1);
        float[] targets = new float[facts.size() * COUNT];
        for (int row = 0; row < facts.size(); row++) {
            for (int fact : facts.get(row)) {
                targets[row * COUNT + fact] = 1;
            }
        }
        NDArray right = at.create(targets, new Shape(facts.size(), COUNT));
        NDArray entropy = Loss.softplus(logits).sub(logits.mul(right));
        return entropy.sum().div(right.sum());
    }

    private static NDArray logits(
            Operators<NDArray> on, String group, String bias, int count, NDArray read, long dimension) {
        NDArray matrix = on.weights(NAME + group + ".weight", Operators.Start.linear(dimension), dimension, count);
        NDArray seldom = on.weights(NAME + group + "." + bias, new Operators.Start.Constant(SELDOM), count);
        return read.matMul(matrix).add(seldom);
    }

    private static NDArray inCells(
            NDManager at, Operators<NDArray> on, ImageBranch.Cells cells, NDIndex last, List<Scene> scenes) {
        NDArray features = cells.features().get(last);
        NDArray regions = cells.regions().get(last);
        int count = (int) features.getShape().get(1);
        long width = features.getShape().get(2);
        int side = (int) Math.round(Math.sqrt(count));
        List<Long> places = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        List<int[]> facts = new ArrayList<>();
        for (int i = 0; i < scenes.size(); i++) {
            for (PlacedFigure placed : scenes.get(i).figures()) {
                places.add((long) i * count + (long) cell(placed.y(), side) * side + cell(placed.x(), side));
                figures.add(placed.figure());
                facts.add(of(scenes.get(i), placed));
            }
        }
        NDArray chosen = at.create(places.stream().mapToLong(Long::longValue).toArray());
        NDArray centres = features.reshape(-1, width).get(chosen);
        NDArray shapes = on.linear(NAME + ".shape", centres, width, SHAPES);
        NDArray colours = on.linear(NAME + ".colour", centres, width, COLOURS);
        NDArray around = regions.reshape(-1, regions.getShape().get(2)).get(chosen);
        return inEmbeddings(at, on, "there", around, facts)
                .add(entropy(
                        at,
                        shapes,
                        figures.stream().mapToInt(of -> of.shape().ordinal()).toArray()))
                .add(entropy(
                        at,
                        colours,
                        figures.stream().mapToInt(of -> of.colour().ordinal()).toArray()));
    }

    private static int cell(double at, int side) {
        return Math.clamp((int) (at / Scene.SIDE * side), 0, side - 1);
    }

    private static NDArray entropy(NDManager at, NDArray logits, int[] right) {
        int width = (int) logits.getShape().get(1);
        float[] one = new float[right.length * width];
        for (int i = 0; i < right.length; i++) {
            one[i * width + right[i]] = 1;
        }
        NDArray chosen = at.create(one, new Shape(right.length, width));
        return NDArrayOperators.times(logits.logSoftmax(1).mul(chosen).sum(), -1.0 / right.length);
    }
}
