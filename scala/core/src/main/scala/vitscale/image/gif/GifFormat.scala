package vitscale.image.gif

import java.nio.charset.StandardCharsets.US_ASCII
import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException
import vitscale.image.{ColorTable, EncodedImage, ImageFormat, Orientation, RgbImage}

/** GIF 87a and 89a: the first frame, where it lies on the screen that the header describes.
  *
  * Source of the rules: `GifImageFile` in Pillow's `GifImagePlugin.py`; blocks are those of CompuServe's GIF89a specification,
  * sections 18 (screen), 20 (frame), 23 (graphic control) and 26 (application).
  *
  * The JVM's reader gives the frame without the screen, and takes what is left of a truncated file for the whole.
  */
private[image] object GifFormat extends ImageFormat {

  val name = "GIF"

  private val Extension = '!'.toInt
  private val ImageDescriptor = ','.toInt
  private val GraphicControl = 249
  private val Comment = 254
  private val Application = 255
  private val HasTable = 0x80

  def recognises(file: Array[Byte]): Boolean =
    Seq("GIF87a", "GIF89a").exists(magic => file.startsWith(magic.getBytes(US_ASCII)))

  def open(file: Array[Byte]): EncodedImage =
    new Header(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)).image()

  /** Walks over the blocks before the first frame. */
  final private class Header(file: ByteBuffer) {
    private var transparent: Option[Int] = None

    def image(): GifImage = {
      val (screenWidth, screenHeight) = (u16(6), u16(8))
      val flags = u8(10)
      file.position(13)
      val colors = table(flags)
      while (toFrame() == Extension) skipExtension()
      frame(screenWidth, screenHeight, colors)
    }

    /** Reads the kind of the next block; bytes of no kind are skipped, as Pillow does. */
    private def toFrame(): Int = {
      var kind = 0
      while (kind != Extension && kind != ImageDescriptor) {
        if (!file.hasRemaining || kind == ';') throw new ImageException("no image in the file")
        kind = file.get() & 0xff
      }
      kind
    }

    /** Skips an extension as Pillow does, which takes what follows an empty block for a block, unless in a comment. */
    private def skipExtension(): Unit = {
      val label = file.get() & 0xff
      val block = readBlock()
      if (label == GraphicControl && block.nonEmpty && (block(0) & 1) != 0)
        transparent = Some(block(3) & 0xff)
      if (label == Application && startsWith(block, "NETSCAPE2.0")) readBlock()
      if (label != Comment || block.nonEmpty) while (readBlock().nonEmpty) {}
    }

    /** The bytes of a block, none at the end of the blocks or of the file. */
    private def readBlock(): Array[Byte] = {
      val length = if (file.hasRemaining) file.get() & 0xff else 0
      val block = new Array[Byte](math.min(length, file.remaining))
      file.get(block)
      block
    }

    private def startsWith(block: Array[Byte], text: String): Boolean =
      block.startsWith(text.getBytes(US_ASCII))

    private def frame(screenWidth: Int, screenHeight: Int, screenColors: Option[Array[Byte]]): GifImage = {
      val at = file.position()
      val (left, top) = (u16(at), u16(at + 2))
      val (width, height) = (u16(at + 4), u16(at + 6))
      val flags = u8(at + 8)
      file.position(at + 9)
      // Pillow drops a frame's own table of the first grays, and then colours the frame with the screen's table.
      val colors = table(flags).filterNot(ColorTable.isGrays).orElse(screenColors)
      val codeBits = file.get() & 0xff
      new GifImage(
        width = math.max(screenWidth, left + width),
        height = math.max(screenHeight, top + height),
        frame = GifFrame(left, top, width, height, interlaced = (flags & 0x40) != 0),
        background = transparent.getOrElse(0).toByte,
        colors = colors.fold(ColorTable.grays)(ColorTable.of),
        data = new GifPixels(file.array, file.position(), codeBits)
      )
    }

    private def table(flags: Int): Option[Array[Byte]] =
      if ((flags & HasTable) == 0) None
      else {
        val colors = new Array[Byte](3 << ((flags & 7) + 1))
        file.get(colors)
        Some(colors)
      }

    private def u8(at: Int): Int = file.get(at) & 0xff
    private def u16(at: Int): Int = file.getShort(at) & 0xffff
  }
}

/** Place of the first frame on the screen, in pixels (GIF89a, section 20).
  *
  * @param interlaced
  *   whether rows are stored in four passes (GIF89a, appendix E)
  */
final private[gif] case class GifFrame(
    left: Int,
    top: Int,
    width: Int,
    height: Int,
    interlaced: Boolean
) {

  /** The rows in the order in which they are stored. */
  def rows: Iterator[Int] =
    if (!interlaced) Iterator.range(0, height)
    else
      Seq((0, 8), (4, 8), (2, 4), (1, 2)).iterator.flatMap { case (first, step) =>
        Iterator.range(first, height, step)
      }
}

/** The first frame on its screen.
  *
  * @param background
  *   number of the colour around the frame: the transparent one, else 0
  * @param colors
  *   of the frame, unless they are the first grays; else of the screen, else grays
  */
final private class GifImage(
    val width: Int,
    val height: Int,
    frame: GifFrame,
    background: Byte,
    colors: ColorTable,
    data: GifPixels
) extends EncodedImage {

  def orientation: Int = Orientation.Upright

  def decode(): RgbImage = {
    if (frame.width == 0 || frame.height == 0) throw new ImageException("the first frame is empty")
    val indices = new Array[Byte](Math.multiplyExact(width, height))
    java.util.Arrays.fill(indices, background)
    val frameIndices = data.read(Math.multiplyExact(frame.width, frame.height))
    frame.rows.zipWithIndex.foreach { case (row, stored) =>
      val to = (frame.top + row) * width + frame.left
      System.arraycopy(frameIndices, stored * frame.width, indices, to, frame.width)
    }
    colors.toRgb(width, height, indices)
  }
}
