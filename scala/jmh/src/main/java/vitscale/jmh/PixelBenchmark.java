package vitscale.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import vitscale.image.PackedImage;
import vitscale.image.PixelRows;
import vitscale.image.decode.ImageDecoder;
import vitscale.resize.PillowResize;
import vitscale.resize.Resample;

/**
 * Time of one core for one photo: decoding, resizing, and both, over the photos of a folder in turn.
 *
 * <p>{@code benchmarks/pixels.py} runs it beside Pillow.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class PixelBenchmark {

  /** Folder of the photos; its subfolders are searched. */
  @Param("data/photos")
  public String images;

  /** Number of Pillow's filter: 2 is bilinear, 3 bicubic. */
  @Param({"2", "3"})
  public int filter;

  /** Width and height of the resized image, in pixels. */
  @Param("224")
  public int side;

  private final List<byte[]> files = new ArrayList<>();
  private final List<PackedImage> decoded = new ArrayList<>();
  private Resample resample;
  private int next = 0;

  @Setup
  public void read() throws IOException {
    resample = Resample.fromNumber(filter).get();
    try (Stream<Path> found = Files.walk(Paths.get(images))) {
      for (Path file : found.filter(path -> path.toString().endsWith(".jpg")).sorted().collect(Collectors.toList()))
        files.add(Files.readAllBytes(file));
    }
    if (files.isEmpty()) throw new IllegalArgumentException("There is no .jpg file in " + images + ".");
    for (byte[] file : files) decoded.add(PackedImage.of(decode(file)));
  }

  @Benchmark
  public PackedImage decode() {
    return PackedImage.of(decode(files.get(place())));
  }

  @Benchmark
  public PackedImage resize() {
    return PillowResize.resize(decoded.get(place()), side, side, resample);
  }

  @Benchmark
  public PackedImage decodeAndResize() {
    return PillowResize.resize(decode(files.get(place())), side, side, resample);
  }

  private static PixelRows decode(byte[] file) {
    return ImageDecoder.decode(file, ImageDecoder.decode$default$2());
  }

  private int place() {
    next = next + 1 == files.size() ? 0 : next + 1;
    return next;
  }
}
