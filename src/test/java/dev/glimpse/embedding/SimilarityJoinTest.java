package dev.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimilarityJoinTest {

    private final SplittableRandom random = new SplittableRandom(4);

    private record Row(Embedding embedding, float least) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 192, 513})
    void findsWhatComparingOneByOneFinds(int dimension) {
        EmbeddingSpace space = EmbeddingSpace.parse("join.0123456789ab." + dimension);
        SimilarityJoin<Integer> join = new SimilarityJoin<>(space);
        Map<Integer, Row> rows = new HashMap<>();
        for (int round = 0; round < 200; round++) {
            int owner = random.nextInt(40);
            if (random.nextInt(3) == 0) {
                join.remove(owner);
                rows.remove(owner);
            } else {
                // Some lie exactly on the threshold of what arrives below.
                Row row = new Row(RandomEmbeddings.in(space, random), (float) (random.nextDouble() * 0.4 - 0.1));
                join.put(owner, row.embedding(), row.least());
                rows.put(owner, row);
            }
            List<Embedding> arrivals = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                arrivals.add(RandomEmbeddings.in(space, random));
            }
            if (!arrivals.isEmpty() && rows.containsKey(owner)) {
                Embedding own = rows.get(owner).embedding();
                Row exact = new Row(own, own.dot(arrivals.getFirst()));
                join.put(owner, exact.embedding(), exact.least());
                rows.put(owner, exact);
            }
            List<String> found = new ArrayList<>();
            join.join(arrivals, (of, arrival, similarity) -> found.add(of + " " + arrival + " " + similarity));

            List<String> expected = new ArrayList<>();
            rows.forEach((of, row) -> {
                for (int i = 0; i < arrivals.size(); i++) {
                    float similarity = row.embedding().dot(arrivals.get(i));
                    if (similarity >= row.least()) {
                        expected.add(of + " " + i + " " + similarity);
                    }
                }
            });
            assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(join.size()).isEqualTo(rows.size());
        }
    }
}
