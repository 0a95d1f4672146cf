package vitscale

import java.net.URI
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.ObjectMapper

/** Names that real users have, from the table that the Python tests read too. */
object OddNames {

  private val table = new ObjectMapper().readTree(getClass.getResource("/odd.json"))

  private def texts(key: String): Seq[String] = table.get(key).asScala.map(_.asText).toVector

  /** Of folders, for images, models, outputs, tables and saved pipelines alike. */
  val folders: Seq[String] = texts("folders")

  /** One folder below the other, with all of these names: whatever one name breaks, this path breaks. */
  def nested(folder: Path): Path = folders.foldLeft(folder)(_.resolve(_))

  /** Of image files that count in a folder. */
  val files: Seq[String] = texts("files")

  /** Of image files in another encoding than UTF-8. */
  def notUtf8(folder: Path): Seq[Path] =
    texts("not_utf8").map(name =>
      Paths.get(URI.create(s"${folder.toUri.toASCIIString.stripSuffix("/")}/$name"))
    )

  /** Write the same bytes under all names of files. */
  def writeFiles(folder: Path, content: Array[Byte]): Unit = {
    Files.createDirectories(folder)
    files.foreach(name => Files.write(folder.resolve(name), content))
  }
}
