package service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of the service, from environment variables.
 *
 * @param model model folder
 * @param precision {@code fp32}, {@code bf16} or {@code int8}
 * @param host address to listen on
 * @param port port to listen on; 0 for a free one
 * @param threads cores of one forward pass; 0 for one core a pass, and as many passes as cores
 * @param maxBatchSize images of one forward pass
 * @param maxQueueSize requests that wait for a forward pass; more get 503
 * @param maxQueueDelay time that an image waits for others to fill its batch
 * @param maxImageBytes largest image file; a larger one gets 413
 * @param maxRequests requests at the same time, also those whose image is still being received; more
 *     get 503
 * @param upload time to receive an image; a slower client gets 408
 * @param answer time from the image to its labels; later ones get 504
 * @param drain time for requests in progress after SIGTERM
 * @param warmUpImages images to classify before the first request, so that Java has compiled its code
 */
record Settings(
    Path model,
    String precision,
    String host,
    int port,
    int threads,
    int maxBatchSize,
    int maxQueueSize,
    Duration maxQueueDelay,
    int maxImageBytes,
    int maxRequests,
    Duration upload,
    Duration answer,
    Duration drain,
    int warmUpImages) {

  /** Reads {@code SERVICE_MODEL} and the others. */
  static Settings from(Map<String, String> environment) {
    var read = new Reader(environment);
    return new Settings(
        Path.of(read.text("MODEL", "models/vit")),
        read.text("PRECISION", "fp32"),
        read.text("HOST", "127.0.0.1"),
        read.number("PORT", 8000),
        read.number("THREADS", 0),
        read.number("MAX_BATCH_SIZE", 2),
        read.number("MAX_QUEUE_SIZE", 64),
        read.seconds("MAX_QUEUE_DELAY", 0),
        read.number("MAX_IMAGE_BYTES", 10 * 1024 * 1024),
        read.number("MAX_REQUESTS", 256),
        read.seconds("UPLOAD_SECONDS", 10),
        read.seconds("ANSWER_SECONDS", 10),
        read.seconds("DRAIN_SECONDS", 20),
        read.number("WARM_UP_IMAGES", 32));
  }

  private record Reader(Map<String, String> environment) {

    String text(String name, String otherwise) {
      return environment.getOrDefault("SERVICE_" + name, otherwise);
    }

    int number(String name, int otherwise) {
      return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    Duration seconds(String name, double otherwise) {
      var seconds = Double.parseDouble(text(name, Double.toString(otherwise)));
      return Duration.ofMillis(Math.round(seconds * 1000));
    }
  }
}
