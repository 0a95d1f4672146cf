package vitscale.image.tiff

import java.nio.{ByteBuffer, ByteOrder}

import scala.collection.mutable

import vitscale.ImageException

/** A field of a TIFF directory.
  *
  * @param kind
  *   the field's type, as TIFF 6.0 (section 2) and BigTIFF number them
  * @param at
  *   where its values start in the file
  */
final private[tiff] case class TiffField(kind: Int, count: Int, at: Int)

/** The first directory of a TIFF or BigTIFF file, read as Pillow's `ImageFileDirectory_v2.load` reads it.
  *
  * @param file
  *   the whole file, in its own byte order
  * @param isWhole
  *   whether the file has all entries that the directory announces; Pillow takes those that are there, libtiff none
  */
final private[tiff] class TiffDirectory(
    file: ByteBuffer,
    fields: Map[Int, TiffField],
    val isBig: Boolean,
    val isWhole: Boolean
) {
  import TiffDirectory._

  /** The whole file. */
  def bytes: Array[Byte] = file.array

  /** Whether numbers have their highest byte first. */
  def isBigEndian: Boolean = file.order == ByteOrder.BIG_ENDIAN

  /** Whether the directory has a field. */
  def has(tag: Int): Boolean = fields.contains(tag)

  /** How many bytes the file has beside its directory's entries and their values: what libtiff takes for image data
    * where no byte counts are given.
    */
  def otherBytes: Long = {
    val outside =
      fields.values.map(field => field.count.toLong * Sizes(field.kind)).filter(_ > (if (isBig) 8 else 4))
    file.limit() - outside.sum - fields.size.toLong * (if (isBig) 20 else 12) - (if (isBig) 32 else 14)
  }

  /** The whole numbers of a field.
    *
    * @throws ImageException
    *   when its values are of another type, which Pillow refuses as well
    */
  def numbers(tag: Int): Option[Array[Long]] = fields.get(tag).map { field =>
    if (!WholeNumbers(field.kind))
      throw new ImageException(s"damaged: field $tag has type ${field.kind}, expected whole numbers")
    Array.tabulate(field.count)(i => number(field.kind, field.at + i * Sizes(field.kind)))
  }

  /** The first whole number of a field.
    *
    * @throws ImageException
    *   when its values are of another type
    */
  def number(tag: Int): Option[Long] = numbers(tag).map(_.head)

  /** The first number of a field, which must fit an `Int`. */
  def int(tag: Int, default: => Int): Int = number(tag).fold(default) { value =>
    if (value.toInt != value) throw new ImageException(s"damaged: field $tag is $value")
    value.toInt
  }

  /** The values of a field of rationals or other numbers. */
  def floats(tag: Int): Option[Array[Float]] = fields.get(tag).map { field =>
    Array.tabulate(field.count) { i =>
      val at = field.at + i * Sizes(field.kind)
      field.kind match {
        case Rational => ratio(file.getInt(at) & 0xffffffffL, file.getInt(at + 4) & 0xffffffffL)
        case SignedRational => ratio(file.getInt(at).toLong, file.getInt(at + 4).toLong)
        case SinglePrecision => file.getFloat(at)
        case DoublePrecision => file.getDouble(at).toFloat
        case whole => number(whole, at).toFloat
      }
    }
  }

  /** The first number of a field of any type of numbers, if it is a whole one; none for texts and bytes. */
  def whole(tag: Int): Option[Int] =
    if (fields.get(tag).exists(field => Texts(field.kind))) None
    else floats(tag).map(_.head).filter(value => value == value.toInt.toFloat).map(_.toInt)

  /** The bytes of a field of any type. */
  def raw(tag: Int): Option[Array[Byte]] = fields.get(tag).map { field =>
    file.array.slice(field.at, field.at + field.count * Sizes(field.kind))
  }

  private def ratio(numerator: Long, denominator: Long): Float =
    if (denominator == 0) 0f else (numerator.toDouble / denominator).toFloat

  private def number(kind: Int, at: Int): Long = kind match {
    case UnsignedShort => file.getShort(at) & 0xffffL
    case UnsignedLong | DirectoryOffset => file.getInt(at) & 0xffffffffL
    case SignedByte => file.get(at).toLong
    case SignedShort => file.getShort(at).toLong
    case SignedLong => file.getInt(at).toLong
    case UnsignedLong8 => file.getLong(at)
    case _ => file.get(at) & 0xffL
  }
}

private[tiff] object TiffDirectory {

  private val UnsignedShort = 3
  private val UnsignedLong = 4
  private val Rational = 5
  private val SignedByte = 6
  private val SignedShort = 8
  private val SignedLong = 9
  private val SignedRational = 10
  private val SinglePrecision = 11
  private val DoublePrecision = 12
  private val DirectoryOffset = 13
  private val UnsignedLong8 = 16

  /** Types of bytes, characters and undefined values. */
  private val Texts = Set(1, 2, 7)

  private val WholeNumbers =
    Set(UnsignedShort, UnsignedLong, SignedByte, SignedShort, SignedLong, DirectoryOffset, UnsignedLong8)

  /** Bytes of a value, by type; fields of other types are skipped. */
  private val Sizes = Map(1 -> 1, 2 -> 1, 7 -> 1) ++ Map(
    UnsignedShort -> 2,
    UnsignedLong -> 4,
    Rational -> 8,
    SignedByte -> 1,
    SignedShort -> 2,
    SignedLong -> 4,
    SignedRational -> 8,
    SinglePrecision -> 4,
    DoublePrecision -> 8,
    DirectoryOffset -> 4,
    UnsignedLong8 -> 8
  )

  /** Reads the first directory.
    *
    * @param bytes
    *   a file that starts with one of [[TiffFormat]]'s headers
    */
  def read(bytes: Array[Byte]): TiffDirectory = {
    val file = ByteBuffer.wrap(bytes)
    file.order(if (bytes(0) == 'I') ByteOrder.LITTLE_ENDIAN else ByteOrder.BIG_ENDIAN)
    // Pillow looks at this byte alone, in either byte order, so a big-endian BigTIFF (00 2b) is read as a plain TIFF.
    val isBig = bytes(2) == TiffFormat.BigVersion
    val start = if (isBig) file.getLong(8) else file.getInt(4) & 0xffffffffL
    if (start <= 0 || start >= file.limit())
      throw new ImageException(s"truncated: its directory is at $start, the file has ${file.limit()} bytes")
    val entries = new Entries(file, start.toInt, isBig)
    new TiffDirectory(file, entries.read(), isBig, entries.areWhole)
  }

  /** Walks over the entries of a directory: tag, type, count, and the values or their place. */
  final private class Entries(file: ByteBuffer, start: Int, isBig: Boolean) {
    private val countBytes = if (isBig) 8 else 2
    private val entryBytes = if (isBig) 20 else 12
    private val valueBytes = if (isBig) 8 else 4
    private var outside =
      0L // bytes of values outside the entries, of which a file cannot have more than it has bytes

    private lazy val announced = if (isBig) file.getLong(start) else file.getShort(start) & 0xffffL
    private lazy val whole = math.min(announced, (file.limit() - start - countBytes).toLong / entryBytes)

    def areWhole: Boolean = whole == announced

    def read(): Map[Int, TiffField] = {
      val fields = mutable.Map.empty[Int, TiffField]
      for (i <- 0 until math.max(whole, 0L).toInt) {
        val at = start + countBytes + i * entryBytes
        val tag = file.getShort(at) & 0xffff
        if (!fields.contains(tag)) entry(at).foreach(field => fields(tag) = field)
      }
      fields.toMap
    }

    private def entry(at: Int): Option[TiffField] = {
      val kind = file.getShort(at + 2) & 0xffff
      val count = if (isBig) file.getLong(at + 4) else file.getInt(at + 4) & 0xffffffffL
      if (count <= 0 || count > file.limit()) None
      else
        Sizes
          .get(kind)
          .flatMap(size => valuesAt(at + entryBytes - valueBytes, count * size))
          .map(TiffField(kind, count.toInt, _))
    }

    private def valuesAt(inEntry: Int, size: Long): Option[Int] =
      if (size <= valueBytes) Some(inEntry)
      else {
        outside += size
        val at = if (isBig) file.getLong(inEntry) else file.getInt(inEntry) & 0xffffffffL
        if (outside > file.limit() || at < 0 || at > file.limit() - size) None else Some(at.toInt)
      }
  }
}

/** The fields that matter for the pixels. */
private[tiff] object TiffTag {
  val Width = 256
  val Height = 257
  val BitsPerSample = 258
  val Compression = 259
  val Photometric = 262
  val FillOrder = 266
  val StripOffsets = 273
  val Orientation = 274
  val SamplesPerPixel = 277
  val RowsPerStrip = 278
  val StripByteCounts = 279
  val PlanarConfiguration = 284
  val Group3Options = 292
  val Predictor = 317
  val ColorMap = 320
  val TileWidth = 322
  val TileLength = 323
  val TileOffsets = 324
  val TileByteCounts = 325
  val ExtraSamples = 338
  val SampleFormat = 339
  val JpegTables = 347
  val YCbCrCoefficients = 529
  val YCbCrSubsampling = 530
  val ReferenceBlackWhite = 532
  val Xmp = 700
  val WindowsMediaPhoto = 0xbc01
}
