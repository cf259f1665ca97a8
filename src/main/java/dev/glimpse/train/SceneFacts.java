package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Figure;
import dev.glimpse.scene.PlacedFigure;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Texture;
import dev.glimpse.train.network.Operators;
import java.util.ArrayList;
import java.util.List;

/**
 * What a drawn scene shows, as numbered facts of two or three parts: which colour which shape has, which colour stands how to
 * which. An embedding from which they can be read tells what belongs to what. From captions alone that is learned late: until
 * both branches know it, neither gains anything.
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

    /** How many facts there are. */
    static final int COUNT = FIGURES + MOST_FIGURES + 1;

    private static final String NAME = "facts";
    private static final float SELDOM = -4;

    private SceneFacts() {}

    /** The numbers of the facts that a scene shows; some may be there twice. */
    static int[] of(Scene scene) {
        List<Integer> facts = new ArrayList<>();
        List<PlacedFigure> placed = scene.figures();
        facts.add(FIGURES + Math.min(placed.size(), MOST_FIGURES));
        for (PlacedFigure one : placed) {
            Figure figure = one.figure();
            int colour = figure.colour().ordinal();
            int shape = figure.shape().ordinal();
            int texture = figure.texture().ordinal();
            facts.add(colour * SHAPES + shape);
            facts.add(TEXTURED_SHAPE + texture * SHAPES + shape);
            facts.add(TEXTURED_COLOUR + texture * COLOURS + colour);
            for (Size size : Size.values()) {
                if (size.isOf(one.radius())) {
                    facts.add(SIZED_SHAPE + size.ordinal() * SHAPES + shape);
                    facts.add(SIZED_COLOUR + size.ordinal() * COLOURS + colour);
                }
            }
            for (PlacedFigure other : placed) {
                int otherColour = other.figure().colour().ordinal();
                for (Relation relation : Relation.values()) {
                    if (one != other && relation.holds(one, other)) {
                        int so = relation.ordinal();
                        facts.add(COLOUR_TO_COLOUR + (so * COLOURS + colour) * COLOURS + otherColour);
                        facts.add(SHAPE_TO_COLOUR + (so * SHAPES + shape) * COLOURS + otherColour);
                    }
                }
            }
        }
        return facts.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * How badly a scene can be read from what was seen: the cross-entropy of each fact in the embedding, summed, by shown fact;
     * and in the cell where a figure has its centre, that of its shape and of its colour.
     *
     * @param embeddings {@code [n, dimension]}, of any length
     * @param cells      {@code [n, cells, width]}, row by row
     * @param scenes     of the last pictures
     */
    static NDArray loss(NDManager at, Operators<NDArray> on, NDArray embeddings, NDArray cells, List<Scene> scenes) {
        NDIndex last = new NDIndex("-%d:".formatted(scenes.size()));
        return inEmbeddings(at, on, embeddings.get(last), scenes).add(inCells(at, on, cells.get(last), scenes));
    }

    private static NDArray inEmbeddings(NDManager at, Operators<NDArray> on, NDArray embeddings, List<Scene> scenes) {
        long dimension = embeddings.getShape().get(1);
        NDArray matrix = on.weights(NAME + ".weight", Operators.Start.linear(dimension), dimension, COUNT);
        NDArray bias = on.weights(NAME + ".bias", new Operators.Start.Constant(SELDOM), COUNT);
        NDArray logits = embeddings.matMul(matrix).add(bias);
        float[] targets = new float[scenes.size() * COUNT];
        for (int row = 0; row < scenes.size(); row++) {
            for (int fact : of(scenes.get(row))) {
                targets[row * COUNT + fact] = 1;
            }
        }
        NDArray right = at.create(targets, new Shape(scenes.size(), COUNT));
        NDArray entropy = logits.maximum(0)
                .sub(logits.mul(right))
                .add(logits.abs().neg().exp().add(1).log());
        return entropy.sum().div(right.sum());
    }

    private static NDArray inCells(NDManager at, Operators<NDArray> on, NDArray cells, List<Scene> scenes) {
        int count = (int) cells.getShape().get(1);
        long width = cells.getShape().get(2);
        int side = (int) Math.round(Math.sqrt(count));
        List<Long> places = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < scenes.size(); i++) {
            for (PlacedFigure placed : scenes.get(i).figures()) {
                places.add((long) i * count + (long) cell(placed.y(), side) * side + cell(placed.x(), side));
                figures.add(placed.figure());
            }
        }
        NDArray centres = cells.reshape(-1, width)
                .get(at.create(places.stream().mapToLong(Long::longValue).toArray()));
        NDArray shapes = on.linear(NAME + ".shape", centres, width, SHAPES);
        NDArray colours = on.linear(NAME + ".colour", centres, width, COLOURS);
        return entropy(
                        at,
                        shapes,
                        figures.stream().mapToInt(of -> of.shape().ordinal()).toArray())
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
        return logits.logSoftmax(1).mul(chosen).sum().div(-right.length);
    }
}
