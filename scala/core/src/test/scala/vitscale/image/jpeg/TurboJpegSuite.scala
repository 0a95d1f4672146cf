package vitscale.image.jpeg

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.util.concurrent.{Callable, Executors}
import javax.imageio.ImageIO

import org.scalatest.funsuite.AnyFunSuite

import vitscale.image.{PackedImage, PixelRows, Truncated}

/** Needs the system's libturbojpeg, as `make test-scala` installs it. */
class TurboJpegSuite extends AnyFunSuite {

  private lazy val turbo = TurboJpeg.load()

  /** A JPEG of random pixels in 4:2:0. */
  private def jpeg(width: Int, height: Int, seed: Int): Array[Byte] = {
    val random = new scala.util.Random(seed)
    val image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB)
    for (y <- 0 until height; x <- 0 until width) image.setRGB(x, y, random.nextInt(1 << 24))
    val file = new ByteArrayOutputStream
    ImageIO.write(image, "jpg", file)
    file.toByteArray
  }

  private def decode(file: Array[Byte]): PixelRows = {
    val header = JpegHeader.read(file)
    assert(TurboJpeg.takes(header.frame))
    new JpegScans(file, header, Truncated.Error).plainFile.flatMap(turbo.decode(_, header.frame)).get
  }

  /** The pixels of our own decoder, which follows Pillow's in every step. */
  private def expected(file: Array[Byte]): Seq[Int] = {
    val frame = JpegHeader.read(file).frame
    val samples = new JpegStream(file, file.length, frame).samples()
    PackedImage.of(new YccRows(frame.width, frame.height, samples)).words.toSeq
  }

  private def words(rows: PixelRows): Seq[Int] = PackedImage.of(rows).words.toSeq

  private val sizes = Seq((1, 1), (7, 3), (16, 16), (33, 17), (500, 375), (3, 700))

  test("random sizes have the pixels of the exact decoder") {
    for (((width, height), seed) <- sizes.zipWithIndex) {
      val file = jpeg(width, height, seed)
      assert(words(decode(file)) == expected(file), s"${width}x$height")
    }
  }

  test("rows survive the next images of their thread, whether none or some of them were read") {
    val files = sizes.zipWithIndex.map { case ((width, height), seed) => jpeg(width, height, seed) }
    val decoded = files.map(decode)
    assert(decoded.map(words) == files.map(expected))

    val (first, second) = (files(4), files(3))
    val rows = decode(first)
    val half = Array.newBuilder[Int]
    def read(from: Int, until: Int): Unit = (from until until by 8).foreach { y =>
      val some = new Array[Int](rows.width * 8)
      val count = math.min(8, until - y)
      rows.read(y, count, some)
      half ++= some.take(count * rows.width)
    }
    read(0, 160)
    assert(words(decode(second)) == expected(second))
    read(160, rows.height)
    assert(half.result().toSeq == expected(first))
  }

  test("threads do not disturb each other") {
    val threads = Executors.newFixedThreadPool(4)
    try {
      val tasks = (0 until 40).map { seed =>
        val work: Callable[Boolean] = () => {
          val file = jpeg(40 + seed, 30 + seed % 7, seed)
          words(decode(file)) == expected(file)
        }
        threads.submit(work)
      }
      assert(tasks.forall(_.get))
    } finally threads.shutdown()
  }

  test("a row that was read is not read again, because its memory may hold another image") {
    val rows = decode(jpeg(16, 16, 1))
    val some = new Array[Int](16 * 8)
    rows.read(0, 8, some)
    assertThrows[IllegalArgumentException](rows.read(0, 8, some))
  }

  test("damaged data are left to the other decoders") {
    val file = jpeg(64, 64, 1)
    val frame = JpegHeader.read(file).frame
    val damaged = file.clone()
    for (at <- file.length / 2 until file.length / 2 + 40) damaged(at) = 0xff.toByte
    assert(turbo.decode(damaged, frame).isEmpty)
    assert(turbo.decode(file.take(file.length / 2), frame).isEmpty)
  }

  test("frames that versions of libjpeg-turbo decode differently, and large ones, are not taken") {
    def frame(luma: (Int, Int), ids: String = "\u0001\u0002\u0003", marker: Int = 0xc0, width: Int = 64) =
      JpegFrame(
        marker,
        precision = 8,
        width,
        height = 64,
        JpegComponent(ids(0).toInt, luma._1, luma._2) +: ids.tail.map(id => JpegComponent(id.toInt, 1, 1))
      )
    assert(Seq((1, 1), (2, 1), (2, 2)).forall(luma => TurboJpeg.takes(frame(luma))))
    val others = Seq(
      frame((1, 2)),
      frame((4, 1)),
      frame((1, 1), ids = "RGB"),
      frame((1, 1), marker = JpegMarker.ArithmeticSequential),
      frame((1, 1), width = 1 << 18),
      frame((1, 1), ids = "\u0001"),
      frame((1, 1), ids = "\u0001\u0002\u0003\u0004")
    )
    assert(!others.exists(TurboJpeg.takes))
  }
}
