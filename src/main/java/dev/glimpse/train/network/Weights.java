package dev.glimpse.train.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.train.network.Operators.Start;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The numbers of networks, by name, in the order in which they were first used: those that are trained, and statistics
 * that are gathered on the way. Begun from a seed: equal seeds and names give equal numbers. Not thread-safe.
 */
public final class Weights implements AutoCloseable {

    private static final String TRAINED = "trained:";
    private static final String GATHERED = "gathered:";

    private final NDManager manager;
    private final long seed;
    private final Map<String, NDArray> trained = new LinkedHashMap<>();
    private final Map<String, NDArray> gathered = new LinkedHashMap<>();

    /**
     * @param parent that the weights live under
     * @param seed   what they begin from
     */
    public Weights(NDManager parent, long seed) {
        this.manager = parent.newSubManager();
        this.seed = seed;
    }

    /** Those that are trained. */
    public Map<String, NDArray> trained() {
        return trained;
    }

    /** Those of a name, if they are there. */
    public Optional<NDArray> find(String name) {
        return Optional.ofNullable(trained.get(name));
    }

    NDArray trained(String name, Start start, long... shape) {
        NDArray known = trained.get(name);
        if (known == null) {
            known = begin(name, start, shape);
            known.setRequiresGradient(true);
            trained.put(name, known);
        }
        return known;
    }

    NDArray gathered(String name, double value, long length) {
        return gathered.computeIfAbsent(name, key -> manager.full(new Shape(length), (float) value));
    }

    /** Begins with these numbers instead of those that the seed gives. */
    public void begin(String name, NDArray values) {
        replace(trained, name, values).setRequiresGradient(true);
    }

    /** States numbers that were measured. */
    public void measure(String name, float[] values) {
        NDArray old = gathered.put(name, manager.create(values));
        if (old != null) {
            old.close();
        }
    }

    private NDArray begin(String name, Start start, long... shape) {
        Shape of = new Shape(shape);
        return switch (start) {
            case Start.Constant(double value) -> manager.full(of, (float) value);
            case Start.Ramps ramps -> manager.create(ramps(ramps, (int) shape[0]), of);
            case Start.Normal(double deviation) -> {
                RandomGenerator random =
                        RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 31 + name.hashCode());
                float[] values = new float[(int) of.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (deviation * random.nextGaussian());
                }
                yield manager.create(values, of);
            }
        };
    }

    private static float[] ramps(Start.Ramps ramps, int maps) {
        int side = ramps.side();
        float[] values = new float[maps * side * side];
        for (int i = 0; i < values.length; i++) {
            double turned = 2 * Math.PI * (i / (side * side)) / maps;
            double x = (2 * (i % side) + 1) / (double) side - 1;
            double y = (2 * (i / side % side) + 1) / (double) side - 1;
            values[i] = (float) (ramps.slope() * (Math.cos(turned) * x + Math.sin(turned) * y));
        }
        return values;
    }

    /** How many numbers are trained. */
    public long size() {
        return trained.values().stream().mapToLong(NDArray::size).sum();
    }

    /** Writes all of it, as DJL writes lists of arrays. */
    public void write(OutputStream to) throws IOException {
        NDList all = new NDList();
        trained.forEach((name, array) -> all.add(named(TRAINED + name, array)));
        gathered.forEach((name, array) -> all.add(named(GATHERED + name, array)));
        to.write(all.encode());
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    /** What was written takes the place of what has the same names. */
    public void read(InputStream from) {
        try (NDList all = NDList.decode(manager, from)) {
            for (NDArray array : all) {
                String name = array.getName();
                if (name.startsWith(TRAINED)) {
                    replace(trained, name.substring(TRAINED.length()), array).setRequiresGradient(true);
                } else {
                    replace(gathered, name.substring(GATHERED.length()), array);
                }
            }
        }
    }

    /** Takes over those of others whose names begin so, under another beginning. */
    public void copy(Weights others, String from, String to) {
        others.trained.forEach((name, array) -> {
            if (name.startsWith(from)) {
                replace(trained, to + name.substring(from.length()), array).setRequiresGradient(true);
            }
        });
        others.gathered.forEach((name, array) -> {
            if (name.startsWith(from)) {
                replace(gathered, to + name.substring(from.length()), array);
            }
        });
    }

    /**
     * Comes nearer to others, of the same names; those that it does not have yet are taken over.
     *
     * @param share of the way, from 0 to 1
     */
    public void follow(Weights others, double share) {
        others.trained.forEach((name, array) -> follow(trained, name, array, share));
        others.gathered.forEach((name, array) -> follow(gathered, name, array, share));
    }

    private void follow(Map<String, NDArray> in, String name, NDArray of, double share) {
        NDArray mine = in.get(name);
        if (mine == null) {
            in.put(name, manager.create(of.toFloatArray(), of.getShape()));
            return;
        }
        try (NDArray values = of.stopGradient();
                NDArray change = values.sub(mine)) {
            mine.addi(change.muli((float) share));
        }
    }

    private NDArray replace(Map<String, NDArray> in, String name, NDArray array) {
        NDArray mine = manager.create(array.toFloatArray(), array.getShape());
        NDArray old = in.put(name, mine);
        if (old != null) {
            old.close();
        }
        return mine;
    }

    @Override
    public void close() {
        manager.close();
    }
}
