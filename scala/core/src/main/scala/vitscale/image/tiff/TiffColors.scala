package vitscale.image.tiff

import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException
import vitscale.image.RgbImage
import vitscale.image.jpeg.JpegColor

/** Pillow's `convert("RGB")` from the modes that its TIFF reader has (`Convert.c`, `ConvertYCbCr.c`). */
private[tiff] object TiffColors {

  /** The first 256 colours of a page's map of 16-bit reds, then greens, then blues; missing ones are black.
    *
    * @return
    *   three bytes a colour, the higher ones of the map
    * @throws ImageException
    *   if the page has no map, or one of other numbers
    */
  def palette(fields: TiffDirectory): Array[Byte] = {
    val map = fields.numbers(TiffTag.ColorMap).getOrElse(throw new ImageException("damaged: no colour map"))
    if (map.exists(value => value < 0 || value > 0xffff)) throw new ImageException("damaged: its colour map")
    val colors = map.length / 3
    Array.tabulate(256 * 3) { i =>
      if (i / 3 < colors) (map(i % 3 * colors + i / 3) >> 8).toByte else 0
    }
  }

  /** Converts a canvas.
    *
    * @param palette
    *   256 colours, three bytes each; needed where the mode is of numbers of colours
    */
  def toRgb(canvas: TiffCanvas, palette: Option[Array[Byte]]): RgbImage = {
    val count = canvas.width * canvas.height
    val rgb = new Array[Byte](Math.multiplyExact(count, 3))
    canvas.mode match {
      case TiffMode.Palette | TiffMode.PaletteAlpha => looked(canvas, palette.get, rgb)
      case TiffMode.Bilevel | TiffMode.Gray | TiffMode.GrayAlpha => gray(canvas, rgb)(i => canvas.pixels(i))
      case TiffMode.Gray16 =>
        gray(canvas, rgb)(i => if (canvas.pixels(i + 1) == 0) canvas.pixels(i) else -1)
      case TiffMode.Int32 | TiffMode.Float32 => numbers(canvas, rgb)
      case TiffMode.Rgb | TiffMode.Rgba =>
        (0 until count).foreach(i => System.arraycopy(canvas.pixels, 4 * i, rgb, 3 * i, 3))
      case TiffMode.Cmyk => return RgbImage(canvas.width, canvas.height, cmyk(canvas.pixels))
      case TiffMode.YCbCr => ycc(canvas.pixels, rgb)
      case TiffMode.Lab => LabToRgb.convert(canvas.pixels, rgb)
    }
    RgbImage(canvas.width, canvas.height, rgb)
  }

  private def looked(canvas: TiffCanvas, palette: Array[Byte], rgb: Array[Byte]): Unit = {
    var i = 0
    while (i * 3 < rgb.length) {
      System.arraycopy(palette, (canvas.pixels(i * canvas.mode.bytes) & 0xff) * 3, rgb, i * 3, 3)
      i += 1
    }
  }

  private def gray(canvas: TiffCanvas, rgb: Array[Byte])(value: Int => Byte): Unit = {
    var i = 0
    while (i * 3 < rgb.length) {
      java.util.Arrays.fill(rgb, i * 3, i * 3 + 3, value(i * canvas.mode.bytes))
      i += 1
    }
  }

  /** Clips to 0..255; the fraction of a floating-point number is dropped. */
  private def numbers(canvas: TiffCanvas, rgb: Array[Byte]): Unit = {
    val values = ByteBuffer.wrap(canvas.pixels).order(ByteOrder.LITTLE_ENDIAN)
    val clipped: Int => Int =
      if (canvas.mode == TiffMode.Float32) at => math.max(0f, math.min(255f, values.getFloat(at))).toInt
      else at => math.max(0, math.min(255, values.getInt(at)))
    gray(canvas, rgb)(at => clipped(at).toByte)
  }

  /** As [[JpegColor.cmykToRgb]], which wants the black inverted. */
  private def cmyk(samples: Array[Byte]): Array[Byte] = {
    var i = 3
    while (i < samples.length) {
      samples(i) = (~samples(i)).toByte
      i += 4
    }
    JpegColor.cmykToRgb(samples)
  }

  private val YccBits = 6

  /** A factor of ITU-R BT.601 times each chroma value less 128, with six fraction bits. */
  private def products(factor: Double): Array[Int] =
    Array.tabulate(256)(i => (factor * (1 << YccBits) * (i - 128) + 0.5).toInt)

  private lazy val redOfCr = products(1.402)
  private lazy val greenOfCb = products(-0.34414)
  private lazy val greenOfCr = products(-0.71414)
  private lazy val blueOfCb = products(1.772)

  /** Pillow's own conversion, which has fewer fraction bits than libjpeg's. */
  private def ycc(samples: Array[Byte], rgb: Array[Byte]): Unit = {
    var i = 0
    while (i * 3 < rgb.length) {
      val y = samples(4 * i) & 0xff
      val cb = samples(4 * i + 1) & 0xff
      val cr = samples(4 * i + 2) & 0xff
      rgb(3 * i) = clip(y + (redOfCr(cr) >> YccBits))
      rgb(3 * i + 1) = clip(y + ((greenOfCb(cb) + greenOfCr(cr)) >> YccBits))
      rgb(3 * i + 2) = clip(y + (blueOfCb(cb) >> YccBits))
      i += 1
    }
  }

  private def clip(value: Int): Byte = math.max(0, math.min(255, value)).toByte
}
