package vitscale.image.bmp

import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException
import vitscale.image.{EncodedImage, ImageFormat}

/** Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, plain, run-length encoded or with bit fields; alpha is
  * dropped.
  *
  * Source of the rules: `BmpImageFile._bitmap` in Pillow's `BmpImagePlugin.py`. The structures are `BITMAPFILEHEADER`,
  * `BITMAPCOREHEADER` and `BITMAPINFOHEADER` to `BITMAPV5HEADER` of the Windows API.
  */
private[image] object BmpFormat extends ImageFormat {

  val name = "BMP"

  private val FileHeader = 14
  private val DataOffset = 10

  def recognises(file: Array[Byte]): Boolean = file.startsWith("BM".map(_.toByte))

  def open(file: Array[Byte]): EncodedImage = {
    val buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)
    BmpHeader.read(buffer, FileHeader, buffer.getInt(DataOffset) & 0xffffffffL).image
  }
}

/** A bitmap without its file header, as it lies on Windows' clipboard (`.dib`); its pixels follow its colours (Pillow's
  * `DibImageFile`).
  */
private[image] object DibFormat extends ImageFormat {

  val name = "DIB"

  def recognises(file: Array[Byte]): Boolean =
    file.length >= 4 && BmpHeader.Sizes(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(0))

  def open(file: Array[Byte]): EncodedImage =
    BmpHeader.read(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN), 0, 0).image
}

/** What the header of a bitmap says.
  *
  * @param file
  *   the whole file, little-endian
  * @param width
  *   in pixels
  * @param height
  *   in pixels; negative where Pillow takes the number for more than 2^31
  * @param topDown
  *   whether the first row of the image is stored first
  * @param bits
  *   of a pixel
  * @param compression
  *   `biCompression`
  * @param masks
  *   of red, green, blue and alpha, for bit fields
  * @param colors
  *   number of colours in the table
  * @param tableAt
  *   where the colours start
  * @param dataAt
  *   where the pixels start; 0: behind the colours
  */
final private[bmp] case class BmpHeader(
    file: ByteBuffer,
    width: Int,
    height: Int,
    topDown: Boolean,
    bits: Int,
    compression: Int,
    masks: Option[Seq[Int]],
    colors: Long,
    bytesPerColor: Int,
    tableAt: Int,
    dataAt: Long
) {
  import BmpHeader._

  /** The image with this header.
    *
    * @throws ImageException
    *   for numbers of bits and compressions that Pillow does not read
    */
  def image: EncodedImage =
    if (!Set(1, 4, 8, 16, 24, 32)(bits)) throw new ImageException(s"$bits bits a pixel are not read")
    else if (bits <= 8 && compression == Plain) new BmpIndexed(this)
    else if (bits <= 8 && (compression == RunLength8 || compression == RunLength4)) new BmpIndexed(this)
    else if (bits > 8 && (compression == Plain || compression == BitFields)) new BmpDirect(this)
    else throw new ImageException(s"$bits bits a pixel with compression $compression is not read")

  /** Where the pixels are. Colours that the announced place leaves no room for push it behind them. */
  def pixelsAt: Long = {
    val table = if (bits <= 8) bytesPerColor * colors else 0L
    if (dataAt == tableAt) dataAt + table
    else if (dataAt == 0) tableAt + table
    else dataAt
  }

  /** Bytes of a stored row, which are padded to four. */
  def stride: Long = (width.toLong * bits + 31) / 32 * 4

  /** Where the stored row starts that has image row `y`. */
  def rowAt(y: Int): Int = {
    val stored = if (topDown) y else height - 1 - y
    (pixelsAt + stored * stride).toInt
  }

  /** Refuses a file that ends before its last row.
    *
    * @param rowBytes
    *   that a row needs; the padding of the last one may be missing
    * @throws ImageException
    *   if the rows are too short, or the file is
    */
  def refuseTruncated(rowBytes: Long): Unit = {
    if (rowBytes > stride) throw new ImageException(s"damaged: rows of $stride bytes, expected $rowBytes")
    val end = pixelsAt + (height - 1) * stride + rowBytes
    if (end > file.limit())
      throw new ImageException(s"truncated: its pixels end at byte $end, the file has ${file.limit()}")
  }
}

/** Reads headers; the numbers of compressions are those of `biCompression`. */
private[bmp] object BmpHeader {
  val Plain = 0
  val RunLength8 = 1
  val RunLength4 = 2
  val BitFields = 3

  private val Core = 12
  private val Info = 40
  private val Info3 = 56 // the shortest with a mask for alpha

  /** Bytes of the headers that Pillow knows. */
  val Sizes: Set[Int] = Set(Core, Info, 52, Info3, 64, 108, 124)

  /** Reads a header.
    *
    * @param start
    *   place of the header in the file, in bytes
    * @param dataAt
    *   place of the pixels, as the file header has it; 0 without one
    * @throws ImageException
    *   if its size is unknown, or the file ends inside of it
    */
  def read(file: ByteBuffer, start: Int, dataAt: Long): BmpHeader = {
    val size = file.getInt(start)
    if (!Sizes(size)) throw new ImageException(s"a header of $size bytes is not read")
    if (start + size > file.limit()) throw new ImageException("truncated: the file ends in its header")
    if (size == Core) core(file, start, dataAt) else info(file, start, size, dataAt)
  }

  private def core(file: ByteBuffer, start: Int, dataAt: Long): BmpHeader = {
    def field(i: Int): Int = file.getShort(start + 4 + 2 * i) & 0xffff
    val bits = field(3)
    BmpHeader(
      file,
      field(0),
      field(1),
      topDown = false,
      bits,
      Plain,
      masks = None,
      colors = 1L << math.min(bits, 32),
      bytesPerColor = 3,
      tableAt = start + Core,
      dataAt
    )
  }

  private def info(file: ByteBuffer, start: Int, size: Int, dataAt: Long): BmpHeader = {
    def field(offset: Int): Int = file.getInt(start + offset)
    val bits = file.getShort(start + 14) & 0xffff
    val height = field(8)
    val topDown = file.get(start + 11) == -1
    val colors = field(32) & 0xffffffffL
    // The masks lie behind the shortest header, and inside the longer ones at the same place.
    val masks =
      if (field(16) != BitFields) None
      else Some(Seq(40, 44, 48).map(field) :+ (if (size >= Info3) field(52) else 0))
    val behind = start + size + (if (masks.nonEmpty && size == Info) 12 else 0)
    BmpHeader(
      file,
      field(4),
      if (topDown) -height else height,
      topDown,
      bits,
      field(16),
      masks,
      if (colors == 0) 1L << math.min(bits, 32) else colors,
      bytesPerColor = 4,
      tableAt = behind,
      dataAt
    )
  }
}
