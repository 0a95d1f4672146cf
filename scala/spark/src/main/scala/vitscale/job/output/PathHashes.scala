package vitscale.job.output

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

/** A set of paths that takes 16 to 64 bytes for each, however long they are.
  *
  * It keeps 128 bits of each path's hash (MD5, here for its length and not for secrecy), in a table with open addressing.
  * Two of 100 million paths get the same hash with a probability below 1e-22 (birthday bound, n^2 / 2^129).
  */
final class PathHashes extends Serializable {

  private var high = new Array[Long](1024)
  private var low = new Array[Long](1024)
  private var count = 0

  def size: Int = count

  def add(path: String): Unit = {
    val (first, second) = PathHashes.hash(path)
    addHash(first, second)
    ()
  }

  /** Adds a path by its hash.
    *
    * @return
    *   whether it is new
    */
  def addHash(first: Long, second: Long): Boolean = {
    if (count * 2 >= high.length) grow()
    val slot = find(first, second)
    val isNew = isFree(slot)
    if (isNew) {
      high(slot) = first
      low(slot) = second
      count += 1
    }
    isNew
  }

  def contains(path: String): Boolean = count > 0 && {
    val (first, second) = PathHashes.hash(path)
    !isFree(find(first, second))
  }

  /** The slot that holds the hash, or the free one where it belongs. */
  private def find(first: Long, second: Long): Int = {
    val mask = high.length - 1
    var slot = (first & mask).toInt
    while (!isFree(slot) && (high(slot) != first || low(slot) != second)) slot = (slot + 1) & mask
    slot
  }

  private def isFree(slot: Int): Boolean = high(slot) == 0 && low(slot) == 0

  private def grow(): Unit = {
    val (oldHigh, oldLow) = (high, low)
    high = new Array[Long](oldHigh.length * 2)
    low = new Array[Long](oldLow.length * 2)
    var i = 0
    while (i < oldHigh.length) {
      if (oldHigh(i) != 0 || oldLow(i) != 0) {
        val slot = find(oldHigh(i), oldLow(i))
        high(slot) = oldHigh(i)
        low(slot) = oldLow(i)
      }
      i += 1
    }
  }
}

object PathHashes {

  /** Never both zero, which marks a free slot. */
  private[job] def hash(path: String): (Long, Long) = {
    val bytes = ByteBuffer.wrap(MessageDigest.getInstance("MD5").digest(path.getBytes(UTF_8)))
    (bytes.getLong, bytes.getLong | 1)
  }
}
