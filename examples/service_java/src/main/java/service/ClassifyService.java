package service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import vitscale.classify.ClassifierOptions;
import vitscale.classify.ViTClassifier;
import vitscale.serving.BatcherOptions;
import vitscale.serving.DynamicBatcher;

/**
 * A service that classifies images: the JDK's HTTP server over {@link DynamicBatcher}.
 *
 * <p>Start it with {@code SERVICE_MODEL=models/vit java -cp ... service.ClassifyService}.
 */
public final class ClassifyService {

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final int BACKLOG = 512;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final ViTClassifier classifier;
  private final DynamicBatcher batcher;
  private final HttpServer server;
  private final ClassifyHandler handler;
  private final Settings settings;
  private volatile boolean isDraining = false;

  private ClassifyService(Settings settings) throws IOException {
    this.settings = settings;
    classifier =
        ViTClassifier.open(settings.model(), settings.precision(), options(settings), "auto");
    batcher =
        new DynamicBatcher(
            classifier,
            BatcherOptions.defaults()
                .withMaxBatchSize(settings.maxBatchSize())
                .withMaxQueueSize(settings.maxQueueSize())
                .withMaxQueueDelay(settings.maxQueueDelay()));
    // A thread for each request that is being received. Java 21 and later have cheaper ones:
    // Executors.newVirtualThreadPerTaskExecutor().
    ExecutorService threads = Executors.newCachedThreadPool();
    handler = new ClassifyHandler(batcher, settings, threads);
    server = HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
    server.setExecutor(threads);
    server.createContext("/classify", handler);
    server.createContext("/live", exchange -> Answers.text(exchange, 200, "ok\n", TEXT));
    server.createContext("/ready", this::ready);
    server.createContext(
        "/metrics",
        exchange -> Answers.text(exchange, 200, batcher.metrics().prometheusText(), PROMETHEUS));
  }

  public static void main(String[] arguments) throws IOException {
    var settings = Settings.from(System.getenv());
    limitServer(settings);
    var service = new ClassifyService(settings);
    WarmUp.run(service.batcher, settings.warmUpImages());
    Runtime.getRuntime().addShutdownHook(new Thread(service::stop));
    service.server.start();
    System.err.println("Listening on port " + service.server.getAddress().getPort());
  }

  /** The server reads these properties once; it has no methods for them. */
  private static void limitServer(Settings settings) {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Ends the connection of a client that sends nothing; one that is slow gets 408 before.
    System.setProperty(
        "sun.net.httpserver.maxReqTime", Long.toString(2 * settings.upload().toSeconds() + 1));
    System.setProperty(
        "jdk.httpserver.maxConnections", Integer.toString(4 * settings.maxRequests()));
  }

  private void ready(HttpExchange exchange) {
    if (isDraining) Answers.text(exchange, 503, "draining\n", TEXT);
    else Answers.text(exchange, 200, "ok\n", TEXT);
  }

  /** After SIGTERM: refuses new images with 503, answers the accepted ones, then frees the model. */
  private void stop() {
    isDraining = true;
    batcher.close(settings.drain());
    handler.awaitAnswers(LAST_ANSWERS);
    server.stop(0);
    classifier.close();
  }

  private static ClassifierOptions options(Settings settings) {
    var fastest = ClassifierOptions.throughput();
    return settings.threads() == 0 ? fastest : fastest.withThreads(settings.threads());
  }
}
