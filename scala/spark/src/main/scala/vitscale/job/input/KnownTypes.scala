package vitscale.job.input

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, InputStream}
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import org.apache.parquet.format.Util
import org.apache.parquet.io.{DelegatingSeekableInputStream, InputFile, SeekableInputStream}

/** A file whose footer names only logical types that this parquet-mr knows; others are left out. Without that,
  * parquet-mr 1.13 ends in a NullPointerException (`ParquetMetadataConverter.getLogicalTypeAnnotation`) at each type that
  * the format got later, such as FLOAT16 and VARIANT.
  *
  * @param end
  *   position of the footer
  * @param tail
  *   what is read from there on: footer, its length, magic number
  */
final private[job] class KnownTypes(file: InputFile, end: Long, tail: Array[Byte]) extends InputFile {

  override def getLength: Long = end + tail.length

  override def newStream(): SeekableInputStream = {
    val stream = new Spliced(file.newStream())
    new DelegatingSeekableInputStream(stream) {
      override def getPos: Long = stream.position
      override def seek(position: Long): Unit = stream.position = position
    }
  }

  override def toString: String = file.toString

  private final class Spliced(inner: SeekableInputStream) extends InputStream {
    var position = 0L

    override def read(): Int = {
      val one = new Array[Byte](1)
      if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
    }

    override def read(bytes: Array[Byte], from: Int, count: Int): Int = {
      val got =
        if (position < end) {
          inner.seek(position)
          inner.read(bytes, from, math.min(count.toLong, end - position).toInt)
        } else {
          val rest = math.min(count.toLong, getLength - position).toInt
          if (rest > 0) System.arraycopy(tail, (position - end).toInt, bytes, from, rest)
          if (rest > 0 || count == 0) rest else -1
        }
      if (got > 0) position += got
      got
    }

    override def close(): Unit = inner.close()
  }
}

private[job] object KnownTypes {

  private val Magic = "PAR1".getBytes("US-ASCII")
  private val Trailer = Integer.BYTES + Magic.length

  /** The file without the types that are not known; none if it has no such type, or no footer. */
  def of(file: InputFile): Option[KnownTypes] =
    try {
      val end = file.getLength - Trailer
      val stream = file.newStream()
      try {
        val trailer = read(stream, end, Trailer)
        val start = end - ByteBuffer.wrap(trailer).order(LITTLE_ENDIAN).getInt
        if (!trailer.endsWith(Magic) || start < Magic.length) None
        else repaired(read(stream, start, (end - start).toInt)).map(new KnownTypes(file, start, _))
      } finally stream.close()
    } catch { case NonFatal(_) => None }

  private def read(stream: SeekableInputStream, from: Long, count: Int): Array[Byte] = {
    val bytes = new Array[Byte](count)
    stream.seek(from)
    stream.readFully(bytes)
    bytes
  }

  private def repaired(footer: Array[Byte]): Option[Array[Byte]] = {
    val metadata = Util.readFileMetaData(new ByteArrayInputStream(footer))
    val unknown =
      metadata.getSchema.asScala.filter(column =>
        column.isSetLogicalType && column.getLogicalType.getSetField == null
      )
    if (unknown.isEmpty) None
    else {
      unknown.foreach(_.unsetLogicalType())
      val out = new ByteArrayOutputStream()
      Util.writeFileMetaData(metadata, out)
      val length = ByteBuffer.allocate(Integer.BYTES).order(LITTLE_ENDIAN).putInt(out.size).array
      out.write(length)
      out.write(Magic)
      Some(out.toByteArray)
    }
  }
}
