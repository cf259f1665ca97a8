package dev.glimpse.encode.onnx;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ModelException;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.glimpse.encode.EncoderException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One of the two networks: inputs by name, and of its outputs the one that is the embedding. Thread-safe, as ONNX
 * Runtime's sessions are.
 */
final class Tower implements AutoCloseable {

    private static final String ENGINE = "OnnxRuntime";

    private final String file;
    private final Model model;
    private final ParameterStore parameters;
    private final List<String> outputs;

    /**
     * @param file    within the model's folder
     * @param outputs names that the embedding may have, the best first
     */
    private Tower(String file, Model model, List<String> outputs) {
        this.file = file;
        this.model = model;
        this.parameters = new ParameterStore(model.getNDManager(), false);
        this.outputs = outputs;
    }

    static Tower open(ModelFiles files, String file, List<String> outputs, int intraOpThreads) {
        // Before anything else touches ONNX Runtime: DJL sets its environment up.
        Engine.getEngine(ENGINE);
        try {
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(intraOpThreads);
            options.setInterOpNumThreads(1);
            // Threads that spin while they wait cost 1.2 to 1.7 times the CPU.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            Model model = Model.newInstance(files.name(), Device.cpu(), ENGINE);
            model.load(files.folder().resolve(file), null, Map.of("sessionOptions", options));
            return new Tower(file, model, outputs);
        } catch (OrtException | IOException | ModelException e) {
            throw new EncoderException(
                    "%s of the model %s can't be opened: %s".formatted(file, files.name(), e.getMessage()), e);
        }
    }

    /**
     * The names of the network's inputs.
     *
     * @throws EncoderException if it lacks one that is needed, or wants one that is not known
     */
    Set<String> requireInputs(Set<String> needed, Set<String> known) {
        Set<String> names = Set.copyOf(model.getBlock().describeInput().keys());
        if (!names.containsAll(needed) || !known.containsAll(names)) {
            throw new EncoderException(
                    "%s must take %s, at most %s; it takes %s".formatted(file, needed, known, names));
        }
        return names;
    }

    /** A place for inputs and outputs, to be closed after use. */
    NDManager newManager() {
        return model.getNDManager().newSubManager();
    }

    /**
     * Runs the network.
     *
     * @param inputs named, of {@code n} rows each
     * @return {@code n} rows of {@code dimension} float32 components, in one array
     */
    float[][] run(NDList inputs, int rows) {
        return run(inputs, rows, List.of(outputs)).getFirst();
    }

    /**
     * Runs the network for several of its outputs.
     *
     * @param inputs named, of {@code n} rows each
     * @param wanted for each output the names that it may have, the best first
     * @return for each output {@code n} rows of float32 numbers
     */
    List<float[][]> run(NDList inputs, int rows, List<List<String>> wanted) {
        try {
            NDList results = model.getBlock().forward(parameters, inputs, false);
            return wanted.stream().map(names -> rows(results, names, rows)).toList();
        } catch (EncoderException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new EncoderException("%s fails: %s".formatted(file, rootMessage(e)), e);
        }
    }

    private float[][] rows(NDList results, List<String> names, int rows) {
        NDArray output = output(results, names);
        Shape shape = output.getShape();
        if (shape.dimension() != 2 || shape.get(0) != rows) {
            throw new EncoderException("the output '%s' of %s must have the shape [%d, dimension]; it has %s"
                    .formatted(output.getName(), file, rows, shape));
        }
        return split(output.toFloatArray(), rows, (int) shape.get(1));
    }

    private NDArray output(NDList results, List<String> names) {
        for (String name : names) {
            for (NDArray result : results) {
                if (name.equals(result.getName())) {
                    return result;
                }
            }
        }
        throw new EncoderException("%s must give one of the outputs %s; it gives %s"
                .formatted(
                        file,
                        names,
                        results.stream()
                                .map(result -> result.getName() + result.getShape())
                                .toList()));
    }

    private static float[][] split(float[] values, int rows, int dimension) {
        float[][] split = new float[rows][dimension];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values, i * dimension, split[i], 0, dimension);
        }
        return split;
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void close() {
        model.close();
    }
}
