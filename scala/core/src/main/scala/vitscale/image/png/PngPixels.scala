package vitscale.image.png

import java.util.zip.{DataFormatException, Inflater}

import vitscale.ImageException

/** Decompresses, unfilters and de-interlaces a PNG's pixels into RGB, row by row as Pillow's `ZipDecode.c`.
  *
  * @param forgiving
  *   whether rows that cannot be read stay black, or the first colour of the palette
  */
final private[png] class PngPixels(chunks: PngChunks, header: PngHeader, forgiving: Boolean) {
  import PngPixels._

  private val palette = chunks.metadata.palette
  private val pixels = PngRow.reader(header, palette)

  /** Reads all pixels.
    *
    * @param file
    *   the whole file, from whose image data the chunks have not read any
    * @return
    *   red, green and blue, row by row; `3 * width * height` bytes
    * @throws ImageException
    *   if the image data are damaged or end early, unless `forgiving`
    */
  def read(file: Array[Byte]): Array[Byte] = {
    val out = background()
    val inflater = new Inflater
    try {
      val source = new Source(file, inflater)
      val passes = if (header.interlaced) Adam7 else WholeImage
      passes.foreach(pass => if (!source.isEnded) readPass(source, pass, out))
    } catch {
      case e: DataFormatException if !forgiving =>
        throw new ImageException(s"damaged image data: ${e.getMessage}", e)
      case _: DataFormatException | _: ImageException if forgiving => ()
    } finally inflater.end()
    out
  }

  /** What rows hold that the file does not: black, or the first colour of a palette. */
  private def background(): Array[Byte] = {
    val out = new Array[Byte](Math.multiplyExact(Math.multiplyExact(header.width, header.height), 3))
    if (header.colorType == PngHeader.Palette && palette.take(3).exists(_ != 0)) {
      palette.copyToArray(out, 0, 3)
      var filled = 3
      while (filled < out.length) {
        val more = math.min(filled, out.length - filled)
        System.arraycopy(out, 0, out, filled, more)
        filled += more
      }
    }
    out
  }

  private def readPass(source: Source, pass: Pass, out: Array[Byte]): Unit = {
    val columns = (header.width - pass.firstColumn + pass.columnStep - 1) / pass.columnStep
    if (columns > 0) {
      val rowBytes = ((columns.toLong * pixels.bits + 7) / 8).toInt
      var row = new Array[Byte](rowBytes + 1)
      var previous = new Array[Byte](rowBytes + 1)
      var y = pass.firstRow
      while (y < header.height && !source.isEnded) {
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
  final private class Source(file: Array[Byte], inflater: Inflater) {

    /** Whether the compressed data ended right behind a row: Pillow leaves the rows below black then. */
    def isEnded: Boolean = inflater.finished

    def fill(row: Array[Byte]): Unit = {
      var filled = 0
      while (filled < row.length)
        if (inflater.getRemaining == 0 || inflater.finished || inflater.needsDictionary) more()
        else filled += inflater.inflate(row, filled, row.length - filled)
    }

    private def more(): Unit =
      if (inflater.finished || inflater.needsDictionary)
        throw new ImageException("truncated: the image data end before the last row")
      else
        chunks.nextData() match {
          case Some((start, end)) => inflater.setInput(file, start, end - start)
          case None => throw new ImageException("truncated: the file ends before the last row")
        }
  }
}

/** The passes over an image. */
private[png] object PngPixels {

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
