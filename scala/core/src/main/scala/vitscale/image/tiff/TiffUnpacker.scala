package vitscale.image.tiff

/** Unpacks stored samples into the pixels of a [[TiffCanvas]].
  *
  * @param bits
  *   of a stored pixel
  */
abstract private[image] class TiffUnpacker(val bits: Int) {

  /** @param from
    *   where a row's first pixel is in `in`; it starts at a byte
    * @param to
    *   where the pixel belongs in `out`
    */
  def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit

  /** Bytes of a stored row. */
  def rowBytes(pixels: Int): Long = (pixels.toLong * bits + 7) / 8
}

/** The unpackers that Pillow's `Unpack.c` has for TIFF. */
private[image] object TiffUnpacker {

  /** The bytes of 0 to 255 with their bits in reverse order. */
  val Flipped: Array[Byte] = Array.tabulate(256)(i => (Integer.reverse(i) >>> 24).toByte)

  /** One sample of 1, 2, 4 or 8 bits a pixel, multiplied by `step`. */
  def packed(sampleBits: Int, step: Int, inverted: Boolean, flipped: Boolean): TiffUnpacker =
    new TiffUnpacker(sampleBits) {
      private val perByte = 8 / sampleBits
      private val mask = (1 << sampleBits) - 1

      def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
        var x = 0
        while (x < pixels) {
          val stored = in(from + x / perByte)
          val byte = (if (flipped) Flipped(stored & 0xff) else stored) & 0xff
          val value = (byte >> (8 - sampleBits * (x % perByte + 1)) & mask) * step
          out(to + x) = (if (inverted) 255 - value else value).toByte
          x += 1
        }
      }
    }

  /** The first of some bytes a pixel; the others have no meaning. */
  def firstByte(stride: Int): TiffUnpacker = new TiffUnpacker(8 * stride) {
    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var x = 0
      while (x < pixels) {
        out(to + x) = in(from + x * stride)
        x += 1
      }
    }
  }

  /** Gray or a palette's index, and alpha. */
  val valueAndAlpha: TiffUnpacker = new TiffUnpacker(16) {
    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var x = 0
      while (x < pixels) {
        java.util.Arrays.fill(out, to + 4 * x, to + 4 * x + 3, in(from + 2 * x))
        out(to + 4 * x + 3) = in(from + 2 * x + 1)
        x += 1
      }
    }
  }

  /** Samples of 12 bits, two in three bytes, the highest bits first. */
  val twelveBits: TiffUnpacker = new TiffUnpacker(12) {
    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var x = 0
      while (x < pixels) {
        val at = from + x / 2 * 3
        val value =
          if (x % 2 == 0) (in(at) & 0xff) << 4 | (in(at + 1) & 0xff) >> 4
          else (in(at + 1) & 15) << 8 | in(at + 2) & 0xff
        out(to + 2 * x) = value.toByte
        out(to + 2 * x + 1) = (value >> 8).toByte
        x += 1
      }
    }
  }

  /** Samples of 16 bits, which become little-endian.
    *
    * @param flipped
    *   whether the lowest bit of each byte is the first (FillOrder 2)
    */
  def gray16(bigEndian: Boolean, flipped: Boolean): TiffUnpacker = new TiffUnpacker(16) {
    private val low = if (bigEndian) 1 else 0

    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var i = 0
      while (i < 2 * pixels) {
        val stored = in(from + (i ^ low))
        out(to + i) = if (flipped) Flipped(stored & 0xff) else stored
        i += 1
      }
    }
  }

  /** Signed samples of 16 bits, widened to 32. */
  def signed16(bigEndian: Boolean): TiffUnpacker = new TiffUnpacker(16) {
    private val low = if (bigEndian) 1 else 0

    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var x = 0
      while (x < pixels) {
        val high = in(from + 2 * x + 1 - low)
        val sign = (high >> 7).toByte
        out(to + 4 * x) = in(from + 2 * x + low)
        out(to + 4 * x + 1) = high
        out(to + 4 * x + 2) = sign
        out(to + 4 * x + 3) = sign
        x += 1
      }
    }
  }

  /** Numbers of 32 bits. */
  def words(bigEndian: Boolean): TiffUnpacker = new TiffUnpacker(32) {
    private val swap = if (bigEndian) 3 else 0

    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var i = 0
      while (i < 4 * pixels) {
        out(to + i) = in(from + (i ^ swap))
        i += 1
      }
    }
  }

  /** The high bytes of a pixel's first samples, `used` of `stored`. */
  def colors(used: Int, stored: Int, sampleBits: Int, bigEndian: Boolean, flipped: Boolean): TiffUnpacker =
    new TiffUnpacker(stored * sampleBits) {
      private val step = sampleBits / 8
      private val stride = stored * step
      private val high = if (bigEndian) 0 else step - 1

      def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
        var x = 0
        while (x < pixels) {
          var band = 0
          while (band < used) {
            val sample = in(from + x * stride + band * step + high)
            out(to + 4 * x + band) = if (flipped) Flipped(sample & 0xff) else sample
            band += 1
          }
          x += 1
        }
      }
    }

  /** One band of a pixel, from a plane of its own: the high byte of little-endian samples. */
  def band(index: Int, sampleBits: Int): TiffUnpacker = new TiffUnpacker(sampleBits) {
    private val step = sampleBits / 8

    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      var x = 0
      while (x < pixels) {
        out(to + 4 * x + index) = in(from + (x + 1) * step - 1)
        x += 1
      }
    }
  }

  /** L*a*b*, with the two signed bands moved up by 128. */
  val lab: TiffUnpacker = new TiffUnpacker(24) {
    private val samples = colors(3, 3, 8, bigEndian = false, flipped = false)

    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      samples(in, from, out, to, pixels)
      var x = 0
      while (x < pixels) {
        out(to + 4 * x + 1) = (out(to + 4 * x + 1) ^ 128).toByte
        out(to + 4 * x + 2) = (out(to + 4 * x + 2) ^ 128).toByte
        x += 1
      }
    }
  }

  /** Divides the colours by their alpha. */
  def premultiplied(rgba: TiffUnpacker): TiffUnpacker = new TiffUnpacker(rgba.bits) {
    def apply(in: Array[Byte], from: Int, out: Array[Byte], to: Int, pixels: Int): Unit = {
      rgba(in, from, out, to, pixels)
      unmultiply(out, to, pixels)
    }
  }

  /** Divides colours by their alpha, as Pillow's `unpackRGBa` (`Unpack.c`); they are 0 where alpha is.
    *
    * @param rgba
    *   four bytes a pixel
    * @param start
    *   place of the first pixel's red
    */
  def unmultiply(rgba: Array[Byte], start: Int, pixels: Int): Unit = {
    var at = start
    while (at < start + 4 * pixels) {
      val alpha = rgba(at + 3) & 0xff
      var band = 0
      while (band < 3) {
        rgba(at + band) = if (alpha == 0) 0 else math.min((rgba(at + band) & 0xff) * 255 / alpha, 255).toByte
        band += 1
      }
      at += 4
    }
  }
}
