package vitscale.job.input

import scala.jdk.CollectionConverters._

import org.apache.parquet.schema.LogicalTypeAnnotation.BsonLogicalTypeAnnotation
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY
import org.apache.parquet.schema.Type.Repetition.REPEATED
import org.apache.parquet.schema.{GroupType, MessageType, PrimitiveType, Type}

/** The columns of a Parquet file that hold the image and its path: names of nested fields, the outermost first.
  *
  * @param content
  *   field of the encoded image
  * @param path
  *   field of the path; none if the key of a row is its file and row number
  */
final private[job] case class ImageColumns(content: Seq[String], path: Option[Seq[String]])

private[job] object ImageColumns {

  val DefaultContent = "content"
  val DefaultPath = "path"

  /** The column in which Hugging Face's `datasets` keeps images, as a struct of these two fields. */
  private val Image = "image"
  private val Bytes = "bytes"
  private val Path = "path"

  /** Finds the columns in a file's schema. A name with dots reaches into structs; a column that has exactly this name wins.
    *
    * The default names have fallbacks. Without a column `content`, it is `image`, or the only column with images. Without a
    * column `path`, it is the field `path` beside the bytes, or none.
    *
    * @return
    *   the columns, or why there are none
    */
  def of(schema: MessageType, pathColumn: String, contentColumn: String): Either[String, ImageColumns] =
    contentOf(schema, contentColumn).map { content =>
      val named = valuesOf(schema, pathColumn).toOption
      ImageColumns(content, if (pathColumn == DefaultPath) named.orElse(beside(schema, content)) else named)
    }

  /** Why rows do not have the path that the user named; none for the default name, which may be missing. */
  def noPath(schema: MessageType, pathColumn: String): Option[String] =
    if (pathColumn == DefaultPath) None else valuesOf(schema, pathColumn).left.toOption

  /** Finds a column with one value a row, of any type.
    *
    * @return
    *   the column, or why there is none
    */
  def valuesOf(schema: MessageType, name: String): Either[String, Seq[String]] =
    find(schema, name)
      .collect { case (path, found) if isValue(found) => path }
      .toRight(
        s"There is no column $name with one value a row; the columns are ${text(schema)}. " +
          "Name one with --path-column."
      )

  /** Whether any column can hold images. */
  def hasImages(schema: MessageType): Boolean =
    fields(schema).exists(field => bytesOf(Seq(field.getName), field).isDefined)

  /** Messages about the columns that replace missing default columns. */
  def note(columns: ImageColumns, pathColumn: String, contentColumn: String): Seq[String] = {
    val content = columns.content.mkString(".")
    val taken =
      if (Set(contentColumn, s"$contentColumn.$Bytes").contains(content)) Seq.empty
      else Seq(s"There is no image column $contentColumn; column $content is taken (--content-column).")
    val keyed = columns.path.map(_.mkString(".")) match {
      case Some(`pathColumn`) => Seq.empty
      case Some(other) => Seq(s"There is no column $pathColumn; column $other is taken (--path-column).")
      case None =>
        Seq(s"There is no column $pathColumn; rows are keyed FILE#ROW, counted from 0 (--path-column).")
    }
    taken ++ keyed
  }

  private def contentOf(schema: MessageType, name: String): Either[String, Seq[String]] = {
    val named = find(schema, name).flatMap { case (path, found) => bytesOf(path, found) }
    val default = if (name == DefaultContent) named.orElse(onlyImage(schema)) else named
    default.toRight(
      s"There is no column $name of type binary or struct<bytes: binary>; the columns are ${text(schema)}. " +
        "Name one with --content-column."
    )
  }

  private def onlyImage(schema: MessageType): Option[Seq[String]] = {
    val candidates = fields(schema).flatMap(field => bytesOf(Seq(field.getName), field))
    candidates.find(_.head == Image).orElse(if (candidates.size == 1) candidates.headOption else None)
  }

  /** The field `path` of the struct that holds the bytes. */
  private def beside(schema: MessageType, content: Seq[String]): Option[Seq[String]] = {
    val path = content.init :+ Path
    if (content.size > 1 && typeOf(schema, path).exists(isValue)) Some(path) else None
  }

  private def typeOf(group: GroupType, path: Seq[String]): Option[Type] =
    fields(group).find(_.getName == path.head).flatMap { field =>
      if (path.size == 1) Some(field)
      else if (isStruct(field)) typeOf(field.asGroupType, path.tail)
      else None
    }

  private def find(group: GroupType, name: String): Option[(Seq[String], Type)] =
    fields(group).find(_.getName == name).map(field => Seq(name) -> field).orElse {
      val inside = for {
        field <- fields(group).iterator if isStruct(field) && name.startsWith(s"${field.getName}.")
        (path, found) <- find(field.asGroupType, name.drop(field.getName.length + 1))
      } yield (field.getName +: path, found)
      inside.toSeq.headOption
    }

  private def bytesOf(path: Seq[String], found: Type): Option[Seq[String]] =
    if (isBinary(found)) Some(path)
    else if (isStruct(found))
      fields(found.asGroupType)
        .find(field => field.getName == Bytes && isBinary(field))
        .map(_ => path :+ Bytes)
    else None

  private def isBinary(found: Type): Boolean = isValue(found) && {
    val primitive = found.asPrimitiveType
    primitive.getPrimitiveTypeName == BINARY && (primitive.getLogicalTypeAnnotation match {
      case null | _: BsonLogicalTypeAnnotation => true
      case _ => false
    })
  }

  private def isValue(found: Type): Boolean = found.isPrimitive && !found.isRepetition(REPEATED)

  private def isStruct(found: Type): Boolean =
    !found.isPrimitive && !found.isRepetition(REPEATED) && found.getLogicalTypeAnnotation == null

  private def fields(group: GroupType): Seq[Type] = group.getFields.asScala.toSeq

  /** The columns and their types, as one line. */
  private def text(schema: MessageType): String = fields(schema).map(describe).mkString(", ")

  private def describe(field: Type): String = s"${field.getName}: ${kind(field)}"

  private def kind(field: Type): String = field match {
    case _ if field.getLogicalTypeAnnotation != null => field.getLogicalTypeAnnotation.toString.toLowerCase
    case primitive: PrimitiveType => primitive.getPrimitiveTypeName.name.toLowerCase
    case group => s"struct<${fields(group.asGroupType).map(describe).mkString(", ")}>"
  }
}
