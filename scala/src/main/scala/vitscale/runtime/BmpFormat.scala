package vitscale.runtime

import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException

/** Windows bitmaps of 1, 4, 8, 16, 24 and 32 bits, plain, run-length encoded or with bit fields; alpha is dropped. */
private[runtime] object BmpFormat extends ImageFormat {

  val name = "BMP"

  private val CoreHeader = 12
  private val InfoHeaders = Set(40, 52, 56, 64, 108, 124)
  private val FileHeader = 14

  def recognises(file: Array[Byte]): Boolean = file.startsWith("BM".map(_.toByte))

  def open(file: Array[Byte]): EncodedImage = {
    val buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)
    val size = buffer.getInt(FileHeader)
    if (size == CoreHeader) core(buffer)
    else if (InfoHeaders(size)) info(buffer, size)
    else throw new ImageException(s"a header of $size bytes is not supported")
  }

  private def core(file: ByteBuffer): BmpImage = {
    def field(i: Int): Int = file.getShort(FileHeader + 4 + 2 * i) & 0xffff
    new BmpImage(
      file,
      width = field(0),
      height = field(1),
      topDown = false,
      bits = field(3),
      compression = BmpImage.Plain,
      masks = None,
      table = BmpTable(FileHeader + CoreHeader, 1 << field(3), bytesPerColor = 3)
    )
  }

  private def info(file: ByteBuffer, size: Int): BmpImage = {
    def field(offset: Int): Int = file.getInt(FileHeader + offset)
    val bits = file.getShort(FileHeader + 14) & 0xffff
    val height = field(8)
    val compression = field(16)
    val colors = field(32)
    // The three masks lie behind the shortest header, and inside the longer ones at the same place.
    val masks = if (compression == BmpImage.BitFields) Some(Seq(40, 44, 48).map(field)) else None
    new BmpImage(
      file,
      width = field(4),
      height = math.abs(height),
      topDown = height < 0,
      bits = bits,
      compression = compression,
      masks = masks,
      table =
        BmpTable(FileHeader + size, if (colors == 0) 1 << math.min(bits, 8) else colors, bytesPerColor = 4)
    )
  }
}
