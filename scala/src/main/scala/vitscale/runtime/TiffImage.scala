package vitscale.runtime

import java.awt.image.Raster
import javax.imageio.ImageReader
import javax.imageio.event.IIOReadWarningListener

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi

import vitscale.ImageException

/** A page of a TIFF file: TwelveMonkeys decompresses it, what the samples mean is decided here as in Pillow. */
final private[runtime] class TiffImage(file: Array[Byte], fields: TiffDirectory) extends EncodedImage {
  import TiffImage._

  val width: Int = fields.value(TiffTag.Width, 0)
  val height: Int = fields.value(TiffTag.Height, 0)
  def orientation: Int = Orientation.find(Some(file), None)

  private val bits = fields.value(TiffTag.BitsPerSample, 1)
  private val photometric = fields.value(TiffTag.Photometric, WhiteIsZero)

  def decode(): RgbImage = {
    val color = reader()
    val raster = readRaster()
    if (raster.getWidth != width || raster.getHeight != height)
      throw new ImageException(s"damaged: ${raster.getWidth}x${raster.getHeight} pixels decoded")
    val bands = raster.getNumBands
    val rgb = new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), 3))
    var row = new Array[Int](width * bands)
    for (y <- 0 until height) {
      row = raster.getPixels(raster.getMinX, raster.getMinY + y, width, 1, row)
      var x = 0
      while (x < width) {
        color(row, x * bands, rgb, (y * width + x) * 3)
        x += 1
      }
    }
    RgbImage(width, height, rgb)
  }

  private def readRaster(): Raster = {
    val reader = new TIFFImageReaderSpi().createReaderInstance(null)
    try {
      reader.setInput(new ByteArrayImageStream(file), true, true)
      reader.addIIOReadWarningListener(RefuseDamage)
      reader.readRaster(0, null)
    } finally reader.dispose()
  }

  private def reader(): PixelReader = {
    val samples = fields.value(TiffTag.SamplesPerPixel, 1)
    val format = fields.value(TiffTag.SampleFormat, Unsigned)
    val premultiplied = fields.value(TiffTag.ExtraSamples, 0) == PremultipliedAlpha
    if (format != Unsigned)
      throw new ImageException(s"sample format $format is not supported, expected unsigned")
    (photometric, bits) match {
      case (WhiteIsZero, 1 | 2 | 4 | 8) if samples == 1 => gray(sample => 255 - spread(sample))
      case (BlackIsZero, 1 | 2 | 4 | 8) if !premultiplied => gray(spread)
      // Pillow clips 16-bit gray, and does not turn it around; neither does it know it turned around in big-endian files.
      case (BlackIsZero, 16) if samples == 1 => gray(math.min(_, 255))
      case (WhiteIsZero, 16) if samples == 1 && !fields.bigEndian => gray(math.min(_, 255))
      case (Rgb, 8 | 16) if samples >= 4 && premultiplied => unmultiplied
      case (Rgb, 8 | 16) if samples >= 3 =>
        (row, at, out, to) => (0 to 2).foreach(i => out(to + i) = high(row(at + i)).toByte)
      case (Palette, 1 | 2 | 4 | 8) => palette
      case (Cmyk, 8 | 16) if samples >= 4 => cmyk
      case _ =>
        throw new ImageException(
          s"photometric interpretation $photometric with $samples x $bits bits is not supported"
        )
    }
  }

  private def spread(sample: Int): Int = sample * 255 / ((1 << bits) - 1)

  private def high(sample: Int): Int = if (bits == 16) sample >> 8 else sample

  private def gray(of: Int => Int): PixelReader = (row, at, out, to) => {
    val value = of(row(at)).toByte
    out(to) = value
    out(to + 1) = value
    out(to + 2) = value
  }

  private def unmultiplied: PixelReader = (row, at, out, to) => {
    val alpha = high(row(at + 3))
    (0 to 2).foreach { i =>
      out(to + i) = (if (alpha == 0) 0 else math.min(high(row(at + i)) * 255 / alpha, 255)).toByte
    }
  }

  /** The colour map has all reds, then all greens, then all blues, of 16 bits. */
  private def palette: PixelReader = {
    val map = fields.values(TiffTag.ColorMap).getOrElse(throw new ImageException("damaged: no colour map"))
    val colors = map.length / 3
    (row, at, out, to) =>
      (0 to 2).foreach { i =>
        out(to + i) = if (row(at) < colors) (map(i * colors + row(at)) / 256).toByte else 0
      }
  }

  private def cmyk: PixelReader = {
    val pixel = new Array[Byte](4)
    (row, at, out, to) => {
      (0 to 2).foreach(i => pixel(i) = high(row(at + i)).toByte)
      pixel(3) = (255 - high(row(at + 3))).toByte
      System.arraycopy(JpegColor.cmykToRgb(pixel), 0, out, to, 3)
    }
  }
}

private object TiffImage {

  /** Turns the samples of a row that start at an index into three bytes of the output at an index. */
  trait PixelReader {
    def apply(row: Array[Int], at: Int, out: Array[Byte], to: Int): Unit
  }

  val Unsigned = 1
  val PremultipliedAlpha = 1
  val WhiteIsZero = 0
  val BlackIsZero = 1
  val Rgb = 2
  val Palette = 3
  val Cmyk = 5

  /** Anything but colour profiles, which do not matter here, means that part of the picture is missing. */
  object RefuseDamage extends IIOReadWarningListener {
    def warningOccurred(source: ImageReader, warning: String): Unit =
      if (!warning.contains("ICC")) throw new ImageException(s"damaged: $warning")
  }
}
