package vitscale.onednn.checkpoint

import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Path, StandardOpenOption}
import java.nio.{ByteBuffer, ByteOrder, FloatBuffer}
import java.security.MessageDigest

import org.bytedeco.javacpp.BytePointer

import vitscale.ModelException
import vitscale.model.WeightFiles

/** The weights of a checkpoint: `model.safetensors`, or several such files and their index.
  *
  * Numbers go from the file straight into native memory, in pieces, and never through the Java heap. The file is read and
  * not mapped: a mapped file that another process cuts short would end the whole JVM with SIGBUS.
  */
final private[onednn] class SafeTensors private (
    folder: Path,
    places: Map[String, (TensorFile, TensorEntry)]
) extends AutoCloseable {

  def names: Set[String] = places.keySet

  /** The shape of a tensor.
    *
    * @throws vitscale.ModelException
    *   if there is none of this name
    */
  def shape(name: String): Seq[Long] = place(name)._2.shape

  /** Appends a tensor's numbers, widened to float32, at a buffer's position.
    *
    * @param shape
    *   the shape that it must have
    * @param rows
    *   the part of its first dimension to read; all of it by default
    * @throws vitscale.ModelException
    *   if there is none of this name, it has another shape, or the file ends early
    */
  def read(name: String, shape: Seq[Long], into: FloatBuffer, rows: Option[RowRange] = None): Unit = {
    val (file, entry) = place(name)
    if (entry.shape != shape)
      throw new ModelException(
        s"$name in ${file.path} has the shape ${shown(entry.shape)}; config.json makes it ${shown(shape)}. " +
          "Download the model again."
      )
    file.read(rows.fold(entry)(entry.rows), into)
  }

  /** SHA-256 of the names and shapes of all tensors and of the numbers of the one-dimensional ones, biases and norms, which
    * any training changes. Hashing all numbers would take longer than packing them.
    */
  def fingerprint: String = {
    val digest = MessageDigest.getInstance("SHA-256")
    names.toSeq.sorted.foreach { name =>
      digest.update(s"$name ${shown(shape(name))}\n".getBytes(UTF_8))
      if (shape(name).size == 1) {
        val numbers = ByteBuffer.allocate(Math.multiplyExact(shape(name).head, 4L).toInt)
        read(name, shape(name), numbers.asFloatBuffer())
        digest.update(numbers)
      }
    }
    digest.digest().map(byte => f"$byte%02x").mkString
  }

  /** Transformers writes some tensors without the name of the encoder that holds them: `encoder.layer` for
    * `vit.encoder.layer`, as a checkpoint of the encoder alone has it.
    */
  private def place(name: String): (TensorFile, TensorEntry) =
    places
      .get(name)
      .orElse(places.get(name.drop(name.indexOf('.') + 1)))
      .getOrElse(
        throw new ModelException(
          s"${WeightFiles.listing(folder)} lacks $name; a model of the type " +
            s"${Settings.of(folder.resolve("config.json")).modelType} has it. Export the model again."
        )
      )

  private def shown(shape: Seq[Long]): String = shape.mkString("[", ", ", "]")

  override def close(): Unit = places.values.map(_._1).toSet[TensorFile].foreach(_.close())
}

private[onednn] object SafeTensors {

  /** @throws vitscale.ModelException
    *   if there are no weights, or a file is damaged
    */
  def open(folder: Path): SafeTensors = {
    var opened = Seq.empty[TensorFile]
    try {
      val files = WeightFiles.of(folder)
      val places = files.flatMap { path =>
        val file = TensorFile.open(path)
        opened :+= file
        file.entries.map(entry => entry.name -> (file -> entry))
      }
      places.groupBy(_._1).collectFirst { case (name, found) if found.size > 1 => name }.foreach { name =>
        throw new ModelException(
          s"Several files of $folder hold $name; expected one. Download the model again."
        )
      }
      new SafeTensors(folder, places.toMap)
    } catch {
      case error: Throwable =>
        opened.foreach(_.close())
        throw error
    }
  }
}

/** One open safetensors file. */
final private[onednn] class TensorFile private (
    val path: Path,
    channel: FileChannel,
    val entries: Seq[TensorEntry]
) extends AutoCloseable {

  /** Memory outside of the heap that is freed at once; Java's own direct buffers wait for the garbage collector. */
  private val buffer = new BytePointer(TensorFile.PieceBytes.toLong)
  buffer.retainReference[BytePointer]()

  def read(entry: TensorEntry, into: FloatBuffer): Unit = synchronized {
    val piece = buffer.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN)
    var at = entry.begin
    val end = entry.begin + entry.bytes
    while (at < end) {
      piece.clear()
      piece.limit(math.min(TensorFile.PieceBytes.toLong, end - at).toInt)
      TensorFile.readFully(path, channel, piece, at)
      at += piece.limit()
      piece.flip()
      entry.elementType.widen(piece, into)
    }
  }

  override def close(): Unit = {
    channel.close()
    buffer.deallocate()
  }
}

private[onednn] object TensorFile {

  private val PieceBytes = 1 << 20

  def open(path: Path): TensorFile =
    try {
      val channel = FileChannel.open(path, StandardOpenOption.READ)
      try new TensorFile(path, channel, entries(path, channel))
      catch {
        case error: Throwable =>
          channel.close()
          throw error
      }
    } catch {
      case error: IOException =>
        throw new ModelException(
          s"$path cannot be read: ${error.getMessage}. Download the model again.",
          error
        )
    }

  private def entries(path: Path, channel: FileChannel): Seq[TensorEntry] = {
    val size = channel.size
    val length = ByteBuffer.allocate(SafeTensorsHeader.LengthBytes).order(ByteOrder.LITTLE_ENDIAN)
    readFully(path, channel, length, 0)
    val header = length.getLong(0)
    val most = math.min(SafeTensorsHeader.LargestHeader, size - SafeTensorsHeader.LengthBytes)
    if (header < 2 || header > most)
      throw new ModelException(
        s"$path gives its header a length of $header bytes; expected 2 to $most. Download the model again."
      )
    val text = ByteBuffer.allocate(header.toInt)
    readFully(path, channel, text, SafeTensorsHeader.LengthBytes.toLong)
    SafeTensorsHeader.parse(path, text.array, size)
  }

  private def readFully(path: Path, channel: FileChannel, into: ByteBuffer, from: Long): Unit = {
    var at = from
    while (into.hasRemaining) {
      val count = channel.read(into, at)
      if (count < 0)
        throw new ModelException(
          s"$path ends after $at bytes; expected ${into.remaining} more. Download the model again."
        )
      at += count
    }
  }
}
