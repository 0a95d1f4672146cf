package service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import vitscale.BatcherClosedException;
import vitscale.ImageException;
import vitscale.QueueFullException;
import vitscale.UsageException;
import vitscale.classify.ScoredLabel;
import vitscale.serving.DynamicBatcher;

/** Answers {@code POST /classify}: the body is an image file, {@code top_k} the number of labels. */
final class ClassifyHandler implements HttpHandler {

  private static final Pattern TOP_K = Pattern.compile("(?:^|&)top_k=(\\d{1,9})(?:&|$)");
  private static final int DEFAULT_TOP_K = 5;

  private final DynamicBatcher batcher;
  private final Settings settings;
  private final Executor executor;
  private final AtomicInteger active = new AtomicInteger();

  ClassifyHandler(DynamicBatcher batcher, Settings settings, Executor executor) {
    this.batcher = batcher;
    this.settings = settings;
    this.executor = executor;
  }

  /** Waits until each request has its answer, at most for a time. */
  void awaitAnswers(Duration time) {
    var deadline = System.nanoTime() + time.toNanos();
    while (active.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Receives the image on the caller's thread; the answer is sent by another one later. */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    int others = active.getAndIncrement();
    try {
      if (others >= settings.maxRequests()) {
        RequestBody.discard(exchange.getRequestBody(), settings.upload());
        var reason = "%d requests are in progress; the limit is %d.";
        fail(exchange, 503, String.format(reason, others, settings.maxRequests()));
      } else if (!exchange.getRequestMethod().equals("POST")) {
        fail(exchange, 405, "Send the image with POST.");
      } else {
        start(exchange);
      }
    } catch (RequestBody.Refused refused) {
      fail(exchange, refused.status, refused.getMessage());
    } catch (IOException | RuntimeException error) {
      failed(exchange, error);
    }
  }

  private void start(HttpExchange exchange) throws IOException, RequestBody.Refused {
    var image =
        RequestBody.read(exchange.getRequestBody(), settings.maxImageBytes(), settings.upload());
    batcher
        .classify(image, topK(exchange))
        .orTimeout(settings.answer().toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync((labels, error) -> finish(exchange, labels, error), executor);
  }

  private void finish(HttpExchange exchange, List<ScoredLabel> labels, Throwable error) {
    if (error != null) failed(exchange, error);
    else counted(() -> Answers.labels(exchange, labels));
  }

  private void failed(HttpExchange exchange, Throwable error) {
    var cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof TimeoutException) {
      var reason = "There is no answer within %d ms.";
      fail(exchange, 504, String.format(reason, settings.answer().toMillis()));
    } else {
      fail(exchange, status(cause), String.valueOf(cause.getMessage()));
    }
  }

  private void fail(HttpExchange exchange, int status, String reason) {
    counted(() -> Answers.failure(exchange, status, reason));
  }

  /** Sends the only answer to a request. */
  private void counted(Runnable send) {
    try {
      send.run();
    } finally {
      active.decrementAndGet();
    }
  }

  private static int status(Throwable error) {
    if (error instanceof ImageException || error instanceof UsageException) return 422;
    if (error instanceof QueueFullException || error instanceof BatcherClosedException) return 503;
    return 500;
  }

  private static int topK(HttpExchange exchange) {
    var query = exchange.getRequestURI().getQuery();
    var found = TOP_K.matcher(query == null ? "" : query);
    return found.find() ? Integer.parseInt(found.group(1)) : DEFAULT_TOP_K;
  }
}
