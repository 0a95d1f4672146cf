package vitscale.job.input

import java.io.{FilterInputStream, InputStream}

/** A stream that knows how many bytes were taken from it. */
final private[job] class CountedStream(stream: InputStream) extends FilterInputStream(stream) {

  private var taken = 0L

  def count: Long = taken

  override def read(): Int = {
    val byte = super.read()
    if (byte >= 0) taken += 1
    byte
  }

  override def read(bytes: Array[Byte], from: Int, length: Int): Int = {
    val read = super.read(bytes, from, length)
    if (read > 0) taken += read
    read
  }

  override def skip(bytes: Long): Long = {
    val skipped = super.skip(bytes)
    taken += skipped
    skipped
  }
}
