package service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads the body of a request within limits of size and time. */
final class RequestBody {

  /** A body that is refused, with its HTTP status. */
  static final class Refused extends Exception {
    final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  /** Rest of a refused body that is read, so that the client gets the answer, not a reset connection. */
  private static final long DISCARDED_BYTES = 64L << 20;

  private static final int CHUNK = 1 << 16;

  private RequestBody() {}

  /**
   * Returns a whole body.
   *
   * @throws Refused 413 if it is too large, 408 if it is too slow
   */
  static byte[] read(InputStream in, int maxBytes, Duration time) throws IOException, Refused {
    var deadline = System.nanoTime() + time.toNanos();
    var body = new ByteArrayOutputStream(CHUNK);
    var chunk = new byte[CHUNK];
    for (int size = in.read(chunk); size >= 0; size = in.read(chunk)) {
      if (body.size() + size > maxBytes) {
        discard(in, time);
        throw new Refused(413, String.format("The image is larger than %,d bytes.", maxBytes));
      }
      if (System.nanoTime() > deadline) {
        throw new Refused(
            408, String.format("The image was not received within %d ms.", time.toMillis()));
      }
      body.write(chunk, 0, size);
    }
    return body.toByteArray();
  }

  /** Reads and drops the rest of a body, within limits of size and time. */
  static void discard(InputStream in, Duration time) throws IOException {
    var deadline = System.nanoTime() + time.toNanos();
    var chunk = new byte[CHUNK];
    long dropped = 0;
    int size = in.read(chunk);
    while (size >= 0 && dropped < DISCARDED_BYTES && System.nanoTime() < deadline) {
      dropped += size;
      size = in.read(chunk);
    }
  }
}
