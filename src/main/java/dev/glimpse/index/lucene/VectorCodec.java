package dev.glimpse.index.lucene;

import dev.glimpse.embedding.EmbeddingSpace;
import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's codec, with HNSW graphs of our parameters: M = {@value #MAX_CONNECTIONS} links a node, efConstruction =
 * {@value #BEAM_WIDTH} candidates while building (Malkov and Yashunin 2018), and vectors of more than the default's 1,024
 * dimensions. It is written under the names of Lucene's own formats, so that any Lucene reads it.
 */
final class VectorCodec {

    private static final int MAX_CONNECTIONS = 16;
    private static final int BEAM_WIDTH = 100;

    private VectorCodec() {}

    static Codec codec(LuceneSettings settings) {
        Codec standard = Codec.getDefault();
        KnnVectorsFormat format =
                new LargeVectors(settings.format().lucene(MAX_CONNECTIONS, BEAM_WIDTH, settings.tail()));
        KnnVectorsFormat perField = new PerFieldKnnVectorsFormat() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
            }
        };
        return new FilterCodec(standard.getName(), standard) {
            @Override
            public KnnVectorsFormat knnVectorsFormat() {
                return perField;
            }
        };
    }

    private static final class LargeVectors extends KnnVectorsFormat {
        private final KnnVectorsFormat format;

        LargeVectors(KnnVectorsFormat format) {
            super(format.getName());
            this.format = format;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return EmbeddingSpace.MAX_DIMENSION;
        }
    }
}
