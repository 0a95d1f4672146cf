package service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import vitscale.classify.ScoredLabel;

/** Writes answers: JSON with labels or with the reason of a failure, or plain text. */
final class Answers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SERVICE_UNAVAILABLE = 503;

  private Answers() {}

  static void labels(HttpExchange exchange, List<ScoredLabel> labels) {
    var shown = labels.stream().map(Answers::shown).toList();
    json(exchange, 200, Map.of("labels", shown));
  }

  /** Answers with the reason; 503 asks the client to come again. */
  static void failure(HttpExchange exchange, int status, String reason) {
    if (status == SERVICE_UNAVAILABLE) exchange.getResponseHeaders().set("Retry-After", "1");
    json(exchange, status, Map.of("detail", reason));
  }

  static void text(HttpExchange exchange, int status, String text, String contentType) {
    send(exchange, status, text.getBytes(StandardCharsets.UTF_8), contentType);
  }

  private static Map<String, Object> shown(ScoredLabel one) {
    return new TreeMap<>(
        Map.of("label_id", one.id(), "label", one.label(), "score", (double) one.score()));
  }

  private static void json(HttpExchange exchange, int status, Object content) {
    try {
      send(exchange, status, JSON.writeValueAsBytes(content), "application/json");
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body, String contentType) {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", contentType);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException error) {
      // The client has left; nobody reads this answer.
    }
  }
}
