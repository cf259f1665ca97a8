package dev.glimpse.query;

import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.Neighbour;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The first of a ranking, to be put in order anew. An image that was encoded without features can't be judged and keeps its
 * place; so does all that comes behind.
 *
 * @param neighbours the whole ranking, best first
 * @param places     those in it that are judged, in their order
 * @param features   what the reranker reads of each of them
 */
record Reranking(List<Neighbour> neighbours, List<Integer> places, List<ImageFeatures> features) {

    /** Reads the features of the first. */
    static Reranking of(List<Neighbour> neighbours, int first, IndexSnapshot snapshot) {
        List<Integer> places = new ArrayList<>();
        List<ImageFeatures> features = new ArrayList<>();
        for (int place = 0; place < Math.min(first, neighbours.size()); place++) {
            ImageFeatures of = snapshot.features(neighbours.get(place).item()).orElse(null);
            if (of != null) {
                places.add(place);
                features.add(of);
            }
        }
        return new Reranking(neighbours, places, features);
    }

    /**
     * The ranking by what the reranker says; a tie keeps its order.
     *
     * @param match of each of the features, from 0 to 1
     */
    List<Ranked> ranking(float[] match) {
        List<Ranked> ranking = new ArrayList<>(Ranked.ofNeighbours(neighbours));
        List<Integer> best = IntStream.range(0, match.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> match[i]).reversed())
                .toList();
        for (int i = 0; i < best.size(); i++) {
            Neighbour neighbour = neighbours.get(places.get(best.get(i)));
            ranking.set(places.get(i), new Ranked(neighbour.item(), neighbour.similarity(), match[best.get(i)]));
        }
        return ranking;
    }
}
