package vitscale.image.tiff

import java.io.{ByteArrayInputStream, EOFException, IOException, InputStream}
import java.util.zip.{DataFormatException, Inflater}

import io.airlift.compress.MalformedInputException
import io.airlift.compress.zstd.ZstdInputStream
import org.tukaani.xz.XZInputStream

import vitscale.ImageException

/** Decompresses the data of a strip or tile. */
private[tiff] trait TiffCodec {

  /** Decompresses `in(from until to)` until `out` is full.
    *
    * @return
    *   how many bytes of `out` were filled; fewer than all where the data end early or are damaged
    */
  def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int
}

/** The compressions of TIFF, by their numbers (TIFF 6.0, field 259, and libtiff's `tiff.h`). */
private[tiff] object TiffCompression {
  val Uncompressed = 1
  val FaxRuns = 2
  val Fax3 = 3
  val Fax4 = 4
  val Lzw = 5
  val Jpeg = 7
  val AdobeDeflate = 8
  val FaxRunsInWords = 32771
  val PackBits = 32773
  val Deflate = 32946
  val Lzma = 34925
  val Zstd = 50000

  /** The compressions of fax machines (TIFF 6.0, sections 10 and 11). */
  val Fax: Set[Int] = Set(FaxRuns, Fax3, Fax4, FaxRunsInWords)

  /** libtiff's compressions that can follow a predictor. */
  val WithPredictor: Set[Int] = Set(Lzw, AdobeDeflate, Deflate, Lzma, Zstd)

  private val Read = Fax ++ WithPredictor ++ Set(Uncompressed, Jpeg, PackBits)

  private val NotRead = Map(
    6 -> "old-style JPEG",
    9 -> "JBIG",
    10 -> "JBIG",
    32766 -> "NeXT",
    32809 -> "ThunderScan",
    32909 -> "PixarLog",
    33003 -> "JPEG 2000",
    33005 -> "JPEG 2000",
    34661 -> "JBIG",
    34676 -> "LogLuv",
    34677 -> "LogLuv",
    34712 -> "JPEG 2000",
    34887 -> "LERC",
    34892 -> "lossy JPEG of DNG",
    50001 -> "WebP",
    50002 -> "JPEG XL"
  )

  /** @throws ImageException
    *   for a compression that is not read; it names the compression
    */
  def refuseUnread(compression: Int): Unit =
    if (!Read(compression)) {
      val name = NotRead.get(compression).fold(s"compression $compression")(_ + " compression")
      throw new ImageException(s"a page with $name is not read")
    }

  /** The decompressor of a compression that is read, other than fax coding and JPEG, which need more than the data. */
  def codec(compression: Int): TiffCodec = (compression: @unchecked) match {
    case Lzw => TiffLzw
    case PackBits => TiffPackBits
    case AdobeDeflate | Deflate => Zlib
    case Lzma => new Stream(new XZInputStream(_))
    case Zstd => new Stream(new ZstdInputStream(_))
  }

  /** zlib, as libdeflate reads it: data that end where the output does must have the right checksum. */
  private object Zlib extends TiffCodec {

    def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int = {
      val inflater = new Inflater
      try {
        inflater.setInput(in, from, to - from)
        var filled = 0
        while (filled < out.length && !inflater.finished && !inflater.needsInput && !inflater.needsDictionary)
          filled += inflater.inflate(out, filled, out.length - filled)
        if (filled == out.length && endsWell(inflater)) filled else 0
      } catch {
        case _: DataFormatException => 0
      } finally inflater.end()
    }

    private def endsWell(inflater: Inflater): Boolean =
      inflater.finished || inflater.inflate(new Array[Byte](1)) == 1 || inflater.finished
  }

  final private class Stream(open: InputStream => InputStream) extends TiffCodec {

    def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int = {
      var filled = 0
      try {
        val stream = open(new ByteArrayInputStream(in, from, to - from))
        var count = 0
        while (count >= 0 && filled < out.length) {
          count = stream.read(out, filled, out.length - filled)
          filled += math.max(count, 0)
        }
        filled
      } catch {
        case _: EOFException => filled
        case _: IOException | _: MalformedInputException => 0
      }
    }
  }
}
