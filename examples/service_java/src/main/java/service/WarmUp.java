package service;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import vitscale.serving.DynamicBatcher;

/** Classifies made images one after the other, so that Java has compiled the engine before the first request. */
final class WarmUp {

  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  private WarmUp() {}

  static void run(DynamicBatcher batcher, int images) throws IOException {
    for (int seed = 0; seed < images; seed++) {
      batcher.classify(photo(seed), 1).join();
    }
  }

  private static byte[] photo(int seed) throws IOException {
    var random = new Random(seed);
    var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) image.setRGB(x, y, random.nextInt(1 << 24));
    }
    var file = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", file);
    return file.toByteArray();
  }
}
