package vitscale.image.decode

import java.nio.ByteBuffer
import java.util.zip.CRC32

import scala.util.{Failure, Random, Success, Try}

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.image.{DecodeLimits, PixelRows}
import vitscale.{ImageException, TestImages}

/** What holds without Pillow at hand: damage never passes for an image, and never throws anything else. */
class ImageDecoderSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  private val formats = Seq("jpg", "png", "gif", "bmp", "tif")

  private def encoded(format: String, width: Int, height: Int): Array[Byte] =
    TestImages.encoded(TestImages.picture(seed = 1, width, height), format)

  private def reasonOf(file: Array[Byte], limits: DecodeLimits = DecodeLimits.default): String =
    intercept[ImageException](ImageDecoder.decode(file, limits)).getMessage

  /** Fails the test on anything but pixels or an ImageException. */
  private def decodeOrRefuse(file: Array[Byte]): Option[PixelRows] =
    Try(ImageDecoder.decode(file, DecodeLimits(maxPixels = 1000000, maxBytes = 1000000))) match {
      case Success(image) => Some(image)
      case Failure(_: ImageException) => None
      case Failure(other) => fail(s"threw $other", other)
    }

  test("lossless formats give the samples that were written") {
    val picture = TestImages.picture(1, 37, 23)
    val expected = Array.tabulate(37 * 23 * 3) { i =>
      (picture.getRGB(i / 3 % 37, i / 3 / 37) >> (16 - 8 * (i % 3))).toByte
    }
    Seq("png", "bmp", "tif").foreach { format =>
      val image = ImageDecoder.decode(TestImages.encoded(picture, format))
      assert(image.width == 37 && image.height == 23, format)
      assert(image.toRgb.data.sameElements(expected), format)
    }
  }

  test("no prefix of a JPEG, GIF or bitmap passes for an image") {
    Seq("jpg", "gif", "bmp").foreach { format =>
      val file = encoded(format, 24, 17)
      // A GIF ends with two bytes that belong to no pixel.
      val needed = if (format == "gif") file.length - 2 else file.length
      (0 until needed).foreach(length =>
        assert(decodeOrRefuse(file.take(length)).isEmpty, s"$format cut at $length")
      )
    }
  }

  test("a prefix of a PNG or TIFF is refused, or has all its pixels") {
    Seq("png", "tif").foreach { format =>
      val file = encoded(format, 24, 17)
      val whole = ImageDecoder.decode(file)
      (0 until file.length).foreach { length =>
        decodeOrRefuse(file.take(length)).foreach(image =>
          assert(image.toRgb.data.sameElements(whole.toRgb.data))
        )
      }
      assert(decodeOrRefuse(file.take(file.length * 3 / 4)).isEmpty)
    }
  }

  test("random bytes, also behind the first bytes of a format, are refused or decoded, never worse") {
    val starts = formats.map(encoded(_, 9, 7)) :+ "RIFF0000WEBPVP8L".getBytes("US-ASCII")
    forAll(Gen.oneOf(starts), Gen.choose(0, 60), Gen.listOf(Gen.choose(0, 255))) { (start, kept, tail) =>
      decodeOrRefuse(start.take(kept) ++ tail.map(_.toByte))
      succeed
    }
  }

  test("files with some bytes changed are refused or decoded, never worse") {
    val random = new Random(20241124)
    for (format <- formats; _ <- 0 until 300) {
      val file = encoded(format, 20, 15)
      (0 to random.nextInt(4)).foreach(_ => file(random.nextInt(file.length)) = random.nextInt().toByte)
      decodeOrRefuse(file)
    }
  }

  test("an empty file and one of no known format say so") {
    assert(reasonOf(Array.emptyByteArray).contains("0 bytes"))
    assert(reasonOf("<html>not found</html>".getBytes("US-ASCII")).startsWith("HTML is not read"))
    assert(reasonOf(Array[Byte](1, 2, 3)).contains("not an image"))
  }

  test("a header of 30,000 x 30,000 pixels is refused before decoding") {
    val png = withPngSize(encoded("png", 8, 8))
    val jpeg = encoded("jpg", 8, 8)
    val frame = jpeg.indexOfSlice(Seq(0xff.toByte, 0xc0.toByte))
    Seq(png, jpeg.patch(frame + 5, size(2) ++ size(2), 4)).foreach { file =>
      val started = System.nanoTime
      val reason = reasonOf(file)
      assert(reason.contains("30000x30000") && reason.contains("limit"), reason)
      assert(System.nanoTime - started < 1000000000L)
    }
  }

  test("limits can be set") {
    val file = encoded("png", 10, 10)
    assert(ImageDecoder.decode(file, DecodeLimits(100, file.length.toLong)).width == 10)
    assert(reasonOf(file, DecodeLimits(99, Long.MaxValue)).contains("the limit is 99"))
    assert(reasonOf(file, DecodeLimits(100, 20)).contains("the limit is 20"))
  }

  private def size(bytes: Int): Array[Byte] = ByteBuffer.allocate(4).putInt(30000).array.takeRight(bytes)

  /** Writes the size into the IHDR chunk, and the checksum that goes with it. */
  private def withPngSize(file: Array[Byte]): Array[Byte] = {
    val enlarged = file.patch(16, size(4) ++ size(4), 8)
    val sum = new CRC32
    sum.update(enlarged, 12, 17)
    ByteBuffer.wrap(enlarged).putInt(29, sum.getValue.toInt).array
  }
}
