package vitscale.hadoop

import java.io.IOException
import java.util.concurrent.ConcurrentHashMap

import scala.annotation.tailrec

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.hadoop.fs.s3a.S3AFileSystem

/** Creates objects of S3 with the condition that there is none of that name (`If-None-Match: *`), which S3 and compatible
  * servers check themselves. So of several processes, one creates an object.
  *
  * Hadoop 3.3 and 3.4.1 have no such call: their `create` asks whether there is an object, and then replaces it.
  */
private[vitscale] object S3ConditionalPut {

  private val Refused = 412

  /** S3's answer while another request creates the same object: the outcome is open, so the request is repeated. */
  private val Busy = 409
  private val Attempts = 10
  private val WaitMillis = 100L

  /** Buckets whose first object was created twice, to see the second request refused. */
  private val checked = ConcurrentHashMap.newKeySet[String]()

  /** Tell whether a path is one of S3. */
  def knows(path: Path, configuration: Configuration): Boolean =
    path.toUri.getScheme == "s3a" && path.getFileSystem(configuration).isInstanceOf[S3AFileSystem]

  /** Create an object.
    *
    * @return
    *   whether this call created it; false if another one did
    * @throws java.io.IOException
    *   if it cannot be created, or the server does not check the condition
    */
  def create(path: Path, content: Array[Byte], configuration: Configuration): Boolean =
    path.getFileSystem(configuration) match {
      case system: S3AFileSystem =>
        val place = new S3Object(system, path)
        val isCreated = put(place, content, Attempts)
        if (isCreated && checked.add(system.getBucket) && put(place, content, Attempts)) throw unchecked(path)
        // A repeated request may find what its own first attempt has created, whose answer was lost.
        isCreated || place.read().exists(_.sameElements(content))
      case other => throw new IOException(s"$path is not read by S3A but by ${other.getClass.getName}")
    }

  @tailrec private def put(place: S3Object, content: Array[Byte], attempts: Int): Boolean =
    place.putIfAbsent(content) match {
      case None => true
      case Some(S3Refusal(Refused, _)) => false
      case Some(S3Refusal(Busy, _)) if attempts > 1 =>
        Thread.sleep(WaitMillis)
        put(place, content, attempts - 1)
      case Some(S3Refusal(_, error)) => throw error
    }

  private def unchecked(path: Path) = new IOException(
    s"The server of $path does not check conditions of writes (If-None-Match), so two runs could both write. Use HDFS, or an " +
      "S3 server with conditional writes"
  )
}

/** The server's refusal of a request.
  *
  * @param status
  *   of HTTP
  */
final private[hadoop] case class S3Refusal(status: Int, error: IOException)
