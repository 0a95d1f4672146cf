package vitscale.job.input

import java.io.{InputStream, InputStreamReader}
import java.nio.charset.CodingErrorAction.REPORT
import java.nio.charset.StandardCharsets.UTF_8

import com.univocity.parsers.csv.{CsvParser, CsvParserSettings}

import vitscale.UsageException

/** A column of a CSV file with a header. */
private[job] object CsvColumn {

  private val MostColumns = 1 << 14

  /** Reads a column row by row.
    *
    * @param value
    *   called with the number of each row, counted from 0, and its value
    * @throws vitscale.UsageException
    *   if there is no such column
    */
  def read(stream: InputStream, delimiter: Char, column: String)(
      value: ((Long, Option[String])) => Unit
  ): Unit = {
    val parser = new CsvParser(settings(delimiter))
    val decoder = UTF_8.newDecoder().onMalformedInput(REPORT).onUnmappableCharacter(REPORT)
    parser.beginParsing(new InputStreamReader(stream, decoder))
    val header = Option(parser.parseNext()).fold(Seq.empty[String])(_.toSeq)
    val place = header.indexOf(column)
    if (place < 0)
      throw new UsageException(
        s"There is no column $column; the columns are ${header.mkString(", ")}. Name one with --path-column."
      )
    Iterator.continually(parser.parseNext()).takeWhile(_ != null).zipWithIndex.foreach { case (row, number) =>
      value((number.toLong, row.lift(place).filter(_ != null)))
    }
  }

  private def settings(delimiter: Char): CsvParserSettings = {
    val settings = new CsvParserSettings()
    settings.setReadInputOnSeparateThread(false)
    settings.setLineSeparatorDetectionEnabled(true)
    settings.setNormalizeLineEndingsWithinQuotes(false)
    settings.trimValues(false)
    settings.setMaxCharsPerColumn(-1)
    settings.setMaxColumns(MostColumns)
    settings.getFormat.setDelimiter(delimiter)
    settings.getFormat.setComment('\u0000') // a name may begin with #
    settings
  }
}
