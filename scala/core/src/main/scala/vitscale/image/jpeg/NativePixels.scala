package vitscale.image.jpeg

import java.lang.ref.WeakReference

import com.sun.jna.Memory

import vitscale.image.PixelRows

/** Native memory of one thread for the pixels of its last image, so that a photo costs no allocation.
  *
  * The rows of an image are read from there. If the thread decodes another image before they are all read, the rows that are left
  * move to the heap first.
  */
final private[jpeg] class NativePixels {

  import NativePixels._

  private var memory = new Memory(BytesAtFirst)
  private var last = new WeakReference[Rows](null)

  /** Fill the memory with an image.
    *
    * @param decode
    *   writes pixels into the memory, `0x..RRGGBB` each, row-major, without padding; returns whether it could
    * @return
    *   the rows of the image, if it could be decoded
    */
  def fill(width: Int, height: Int)(decode: Memory => Boolean): Option[PixelRows] = {
    Option(last.get).foreach(_.moveToHeap())
    val bytes = width.toLong * height * java.lang.Integer.BYTES
    if (memory.size < bytes) {
      memory.close()
      memory = new Memory(bytes)
    }
    if (decode(memory)) {
      val rows = new Rows(width, height, memory)
      last = new WeakReference(rows)
      Some(rows)
    } else None
  }
}

private object NativePixels {

  private val BytesAtFirst = 1L << 20

  /** Rows in native memory, until that memory is needed for another image. */
  final private class Rows(override val width: Int, override val height: Int, memory: Memory)
      extends PixelRows {

    private var nextRow = 0
    private var onHeap: Option[Array[Int]] = None
    private var firstOnHeap = 0

    /** The lock is for a reader on another thread than the decoder's. */
    override def read(first: Int, count: Int, words: Array[Int]): Unit = synchronized {
      require(first >= nextRow, s"row $first was read before; rows are read once, in ascending order")
      onHeap match {
        case Some(rest) => System.arraycopy(rest, (first - firstOnHeap) * width, words, 0, count * width)
        case None => memory.read(first.toLong * width * java.lang.Integer.BYTES, words, 0, count * width)
      }
      nextRow = first + count
      var i = 0
      while (i < count * width) {
        words(i) &= 0xffffff
        i += 1
      }
    }

    def moveToHeap(): Unit = synchronized {
      if (onHeap.isEmpty && nextRow < height) {
        firstOnHeap = nextRow
        val rest = new Array[Int]((height - nextRow) * width)
        memory.read(nextRow.toLong * width * java.lang.Integer.BYTES, rest, 0, rest.length)
        onHeap = Some(rest)
      }
    }
  }
}
