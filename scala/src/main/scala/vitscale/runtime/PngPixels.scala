package vitscale.runtime

import java.util.zip.{DataFormatException, Inflater}

import vitscale.ImageException

/** Decompresses, unfilters and de-interlaces a PNG's pixels into RGB. */
final private[runtime] class PngPixels(chunks: PngChunks) {
  import PngPixels._

  private val header = chunks.header
  private val pixels = PngRow.reader(header, chunks.palette)

  def read(): Array[Byte] = {
    val out = new Array[Byte](Math.multiplyExact(Math.multiplyExact(header.width, header.height), 3))
    val inflater = new Inflater
    try {
      val source = new Source(inflater)
      val passes = if (header.interlaced) Adam7 else WholeImage
      passes.foreach(readPass(source, _, out))
    } catch {
      case e: DataFormatException => throw new ImageException(s"damaged image data: ${e.getMessage}", e)
    } finally inflater.end()
    out
  }

  private def readPass(source: Source, pass: Pass, out: Array[Byte]): Unit = {
    val columns = (header.width - pass.firstColumn + pass.columnStep - 1) / pass.columnStep
    if (columns > 0) {
      val rowBytes = ((columns.toLong * pixels.bits + 7) / 8).toInt
      var row = new Array[Byte](rowBytes + 1)
      var previous = new Array[Byte](rowBytes + 1)
      var y = pass.firstRow
      while (y < header.height) {
        source.fill(row)
        PngFilter.undo(row, previous, bytesPerPixel = (pixels.bits + 7) / 8)
        pixels.toRgb(row, columns, out, (y * header.width + pass.firstColumn) * 3, pass.columnStep * 3)
        val free = previous
        previous = row
        row = free
        y += pass.rowStep
      }
    }
  }

  /** The decompressed bytes of all IDAT chunks in a row. */
  final private class Source(inflater: Inflater) {
    private val pieces = chunks.imageData.iterator

    def fill(row: Array[Byte]): Unit = {
      var filled = 0
      while (filled < row.length) {
        filled += inflater.inflate(row, filled, row.length - filled)
        if (filled < row.length) more()
      }
    }

    private def more(): Unit = {
      if (inflater.finished || inflater.needsDictionary || !pieces.hasNext)
        throw new ImageException("truncated: the image data ends before the last row")
      if (inflater.needsInput) {
        val (start, end) = pieces.next()
        inflater.setInput(chunks.file, start, end - start)
      }
    }
  }
}

private[runtime] object PngPixels {

  /** Which pixels one pass over the image holds. */
  final private case class Pass(firstColumn: Int, firstRow: Int, columnStep: Int, rowStep: Int)

  private val WholeImage = Seq(Pass(0, 0, 1, 1))

  /** PNG specification, section 8.2. */
  private val Adam7 = Seq(
    Pass(0, 0, 8, 8),
    Pass(4, 0, 8, 8),
    Pass(0, 4, 4, 8),
    Pass(2, 0, 4, 4),
    Pass(0, 2, 2, 4),
    Pass(1, 0, 2, 2),
    Pass(0, 1, 1, 2)
  )
}
