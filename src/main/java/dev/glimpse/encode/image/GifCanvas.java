package dev.glimpse.encode.image;

import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageReader;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * A GIF's logical screen, white, and where on it the first frame lies (GIF89a, sections 18 and 20).
 *
 * @param width  of the screen, in pixels
 * @param height of the screen, in pixels
 * @param left   of the frame, in pixels from the screen's left
 * @param top    of the frame, in pixels from the screen's top
 */
record GifCanvas(int width, int height, int left, int top) {

    static GifCanvas of(ImageReader reader) throws IOException {
        Node stream = reader.getStreamMetadata().getAsTree("javax_imageio_gif_stream_1.0");
        Node frame = reader.getImageMetadata(0).getAsTree("javax_imageio_gif_image_1.0");
        Element screen = child(stream, "LogicalScreenDescriptor");
        Element place = child(frame, "ImageDescriptor");
        return new GifCanvas(
                Integer.parseInt(screen.getAttribute("logicalScreenWidth")),
                Integer.parseInt(screen.getAttribute("logicalScreenHeight")),
                Integer.parseInt(place.getAttribute("imageLeftPosition")),
                Integer.parseInt(place.getAttribute("imageTopPosition")));
    }

    RgbImage paint(RgbImage frame) {
        if (frame.width() == width && frame.height() == height) {
            return frame;
        }
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 255);
        int columns = Math.min(frame.width(), width - left);
        for (int y = 0; y < frame.height() && top + y < height && columns > 0; y++) {
            System.arraycopy(frame.rgb(), 3 * y * frame.width(), rgb, 3 * ((top + y) * width + left), 3 * columns);
        }
        return new RgbImage(width, height, rgb);
    }

    private static Element child(Node parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name) && node instanceof Element element) {
                return element;
            }
        }
        throw new IllegalStateException("the GIF has no " + name);
    }
}
