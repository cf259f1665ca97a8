package dev.glimpse.index.lucene;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * Which segments are merged. A search walks the graph of each segment, and a walk costs nearly the same whatever a segment holds:
 * so there are few graphs, each many times as large as all smaller ones together; and a fresh tail of small segments without a
 * graph, which are scanned. An item is copied a few times on its way from the tail to the largest graph, and linked once for each
 * graph that it comes to; the larger graph of a merge is kept and added to.
 */
final class FewGraphs extends FilterMergePolicy {

    /** A graph has at least so many times the items of all smaller segments together. */
    private static final int RATIO = 12;

    /** So many small segments of like sizes, within a factor of as much, are merged. */
    private static final int ALIKE = 4;

    /** Segments of the tail up to this size are alike. */
    private static final int LEAST = 64;

    /** So many of those are merged: they come some fifty times a second, and a merge costs the same however small it is. */
    private static final int FRESH = 10;

    /** Where more of a segment's documents than this are deleted, it is written anew. */
    private static final double WORN = 0.25;

    /** Segments of fewer documents than this part of the tail's limit are merged soon enough anyway. */
    private static final int SMALL = 8;

    /** What a graph under construction takes of the heap, M = 16: 32 links with their similarities, and some more. */
    private static final int HEAP_BYTES_PER_ITEM = 400;

    /** The share of the heap that it may take. */
    private static final int HEAP_SHARE = 4;

    private final int tail;
    private final long largest;

    private record Sized(SegmentCommitInfo segment, int live) {}

    /** @param tail below so many documents a segment has no graph */
    FewGraphs(int tail) {
        this(tail, Runtime.getRuntime().maxMemory() / HEAP_SHARE / HEAP_BYTES_PER_ITEM);
    }

    /** @param largest how many documents a segment has at most */
    FewGraphs(int tail, long largest) {
        super(new TieredMergePolicy());
        this.tail = tail;
        this.largest = largest;
    }

    /** None: a change is visible without waiting for a merge. */
    @Override
    public @Nullable MergeSpecification findFullFlushMerges(
            MergeTrigger trigger, SegmentInfos segments, MergeContext context) {
        return null;
    }

    @Override
    public @Nullable MergeSpecification findMerges(
            @Nullable MergeTrigger trigger, SegmentInfos segments, MergeContext context) {
        Set<SegmentCommitInfo> merging = context.getMergingSegments();
        List<Sized> smallestFirst = segments.asList().stream()
                .filter(segment -> !merging.contains(segment))
                .map(segment -> new Sized(segment, segment.info.maxDoc() - context.numDeletedDocs(segment)))
                .sorted(Comparator.comparingInt(Sized::live))
                .toList();
        List<Sized> chosen = grown(smallestFirst);
        if (chosen.isEmpty()) {
            chosen = alike(smallestFirst);
        }
        if (chosen.isEmpty()) {
            chosen = worn(smallestFirst);
        }
        if (chosen.isEmpty()) {
            return null;
        }
        MergeSpecification merges = new MergeSpecification();
        merges.add(new OneMerge(chosen.stream().map(Sized::segment).toList()));
        return merges;
    }

    /** The largest graph that is too small beside all that is smaller, and that; or the tail, where it has a graph's size. */
    private List<Sized> grown(List<Sized> smallestFirst) {
        long together = 0;
        long graphs = 0;
        int chosen = 0;
        for (int i = 0; i < smallestFirst.size(); i++) {
            int live = smallestFirst.get(i).live();
            // A tail that is small does not count: it would take all with it, over and over.
            long smaller = live < tail ? 0 : together - graphs >= tail ? together : graphs;
            graphs += live < tail ? 0 : live;
            together += live;
            if (together <= largest && (live < tail ? together >= tail : live < RATIO * smaller)) {
                chosen = i + 1;
            }
        }
        return chosen > 1 ? smallestFirst.subList(0, chosen) : List.of();
    }

    /** Of the tail's segments the smallest that are alike, and all that are smaller, which cost little beside those. */
    private List<Sized> alike(List<Sized> smallestFirst) {
        for (long most = LEAST; most < (long) ALIKE * tail; most *= ALIKE) {
            long above = most == LEAST ? 0 : most / ALIKE;
            int enough = most == LEAST ? FRESH : ALIKE;
            long limit = Math.min(most, tail - 1L);
            List<Sized> chosen = smallestFirst.stream()
                    .filter(segment -> segment.live() <= limit)
                    .toList();
            if (chosen.stream().filter(segment -> segment.live() > above).count() >= enough) {
                return chosen;
            }
        }
        return List.of();
    }

    /** The largest segment that is worn, and all smaller ones while they are read through anyway. */
    private List<Sized> worn(List<Sized> smallestFirst) {
        for (int i = smallestFirst.size() - 1; i >= 0; i--) {
            Sized segment = smallestFirst.get(i);
            int all = segment.segment().info.maxDoc();
            if (all >= tail / SMALL && all - segment.live() > WORN * all) {
                long room = largest - segment.live();
                List<Sized> chosen = new ArrayList<>(List.of(segment));
                for (Sized smaller : smallestFirst.subList(0, i)) {
                    room -= smaller.live();
                    if (room < 0) {
                        break;
                    }
                    chosen.add(smaller);
                }
                return chosen;
            }
        }
        return List.of();
    }

    /** The tail's files are small and many, and a graph's are few: none are packed. */
    @Override
    public boolean useCompoundFile(SegmentInfos segments, SegmentCommitInfo merged, MergeContext context) {
        return false;
    }

    @Override
    public String toString() {
        return "FewGraphs(tail=%d, largest=%d)".formatted(tail, largest);
    }
}
