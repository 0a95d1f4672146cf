package vitscale.job.input

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, DataOutputStream}
import java.nio.channels.{Channels, FileChannel}

import org.roaringbitmap.longlong.Roaring64NavigableMap

import vitscale.job.output.PathHashes

/** Finds repeated paths of a long list. Their hashes are kept in temporary files, so that the heap holds one part at a time.
  */
final private[job] class Repeats extends AutoCloseable {

  import Repeats._

  private val parts = IndexedSeq.fill(Parts)(FileQueue.explained(new Part(FileQueue.temporary())))
  private var count = 0L

  def add(path: String): Unit = FileQueue.explained {
    val (first, second) = PathHashes.hash(path)
    parts((first & (Parts - 1)).toInt).add(first, second, count)
    count += 1
  }

  /** Positions of repeated paths, counted from 0; the first of equal paths is not among them. */
  def positions(): Roaring64NavigableMap = FileQueue.explained {
    val repeated = new Roaring64NavigableMap()
    parts.foreach(_.addRepeated(repeated))
    repeated
  }

  override def close(): Unit = parts.foreach(_.close())
}

private object Repeats {

  private val Parts = 64

  /** Paths whose hashes end alike. */
  private final class Part(channel: FileChannel) {

    private val out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)))
    private var count = 0L

    def add(first: Long, second: Long, position: Long): Unit = {
      out.writeLong(first)
      out.writeLong(second)
      out.writeLong(position)
      count += 1
    }

    def addRepeated(repeated: Roaring64NavigableMap): Unit = {
      out.flush()
      channel.position(0)
      val in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))
      val seen = new PathHashes
      var left = count
      while (left > 0) {
        val isNew = seen.addHash(in.readLong(), in.readLong())
        val position = in.readLong()
        if (!isNew) repeated.addLong(position)
        left -= 1
      }
    }

    def close(): Unit = channel.close()
  }
}
