package vitscale.job.input

import java.io.{BufferedInputStream, InputStreamReader}
import java.nio.charset.CodingErrorAction.REPORT
import java.nio.charset.StandardCharsets.UTF_8

import com.univocity.parsers.csv.{CsvParser, CsvParserSettings}

import vitscale.UsageException

/** A column of a CSV file with a header. */
private[job] object CsvColumn {

  private val MostColumns = 1 << 14
  private val Blank = Array("\r")

  /** Reads a column row by row.
    *
    * @param value
    *   called with the number of each row, counted from 0, and its value
    * @throws vitscale.UsageException
    *   if there is no such column
    */
  def read(stream: BufferedInputStream, delimiter: Char, column: String)(
      value: ((Long, Option[String])) => Unit
  ): Unit = {
    val parser = new CsvParser(settings(delimiter, lineEnd(TextLines.head(stream))))
    val decoder = UTF_8.newDecoder().onMalformedInput(REPORT).onUnmappableCharacter(REPORT)
    parser.beginParsing(new InputStreamReader(stream, decoder))
    val header = Option(parser.parseNext()).fold(Seq.empty[String])(_.toSeq.map(withoutReturn))
    val place = header.indexOf(column)
    if (place < 0)
      throw new UsageException(
        s"There is no column $column; the columns are ${header.mkString(", ")}. Name one with --path-column."
      )
    Iterator
      .continually(parser.parseNext())
      .takeWhile(_ != null)
      .filterNot(_.sameElements(Blank))
      .zipWithIndex
      .foreach { case (row, number) =>
        value((number.toLong, row.lift(place).filter(_ != null).map(withoutReturn)))
      }
  }

  /** Old Macs end lines with CR. Elsewhere CR may stand before LF, in some lines of a file and not in others. */
  private def lineEnd(head: Array[Byte]): String =
    if (head.contains('\r'.toByte) && !head.contains('\n'.toByte)) "\r" else "\n"

  private def withoutReturn(value: String): String = if (value == null) null else value.stripSuffix("\r")

  private def settings(delimiter: Char, lineEnd: String): CsvParserSettings = {
    val settings = new CsvParserSettings()
    settings.setReadInputOnSeparateThread(false)
    settings.getFormat.setLineSeparator(lineEnd)
    settings.setNormalizeLineEndingsWithinQuotes(false)
    settings.trimValues(false)
    settings.setMaxCharsPerColumn(-1)
    settings.setMaxColumns(MostColumns)
    settings.getFormat.setDelimiter(delimiter)
    settings.getFormat.setComment('\u0000') // a name may begin with #
    settings
  }
}
