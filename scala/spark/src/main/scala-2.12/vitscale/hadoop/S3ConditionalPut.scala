package vitscale.hadoop

import java.io.{ByteArrayInputStream, IOException}
import java.util.concurrent.ConcurrentHashMap

import scala.annotation.tailrec

import com.amazonaws.services.s3.AmazonS3
import com.amazonaws.services.s3.model.{AmazonS3Exception, ObjectMetadata, PutObjectRequest}
import com.amazonaws.{AmazonClientException, AmazonServiceException}
import org.apache.commons.io.IOUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.hadoop.fs.s3a.S3AFileSystem

/** Creates objects of S3 with the condition that there is none of that name (`If-None-Match: *`), which S3 and compatible
  * servers check themselves. So of several processes, one creates an object.
  *
  * Hadoop 3.3 has no such call: its `create` asks whether there is an object, and then replaces it. This class takes Hadoop's
  * own client of AWS, with its address and its credentials.
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
        val (client, key) = (system.getAmazonS3ClientForTesting("conditional create"), system.pathToKey(path))
        try {
          val isCreated = put(client, system.getBucket, key, content, Attempts)
          if (
            isCreated && checked
              .add(system.getBucket) && put(client, system.getBucket, key, content, Attempts)
          )
            throw unchecked(path)
          // A repeated request may find what its own first attempt has created, whose answer was lost.
          isCreated || holds(client, system.getBucket, key, content)
        } catch {
          case error: AmazonClientException => throw new IOException(s"$path: ${error.getMessage}", error)
        }
      case other => throw new IOException(s"$path is not read by S3A but by ${other.getClass.getName}")
    }

  @tailrec private def put(
      client: AmazonS3,
      bucket: String,
      key: String,
      content: Array[Byte],
      attempts: Int
  ): Boolean = {
    val status =
      try {
        val described = new ObjectMetadata()
        described.setContentLength(content.length.toLong)
        val request = new PutObjectRequest(bucket, key, new ByteArrayInputStream(content), described)
        request.putCustomRequestHeader("If-None-Match", "*")
        client.putObject(request)
        None
      } catch {
        case error: AmazonServiceException if Set(Refused, Busy).contains(error.getStatusCode) => Some(error)
      }
    status match {
      case None => true
      case Some(error) if error.getStatusCode == Refused => false
      case Some(error) if attempts == 1 => throw error
      case _ =>
        Thread.sleep(WaitMillis)
        put(client, bucket, key, content, attempts - 1)
    }
  }

  private def holds(client: AmazonS3, bucket: String, key: String, content: Array[Byte]): Boolean =
    try {
      val found = client.getObject(bucket, key)
      try IOUtils.toByteArray(found.getObjectContent).sameElements(content)
      finally found.close()
    } catch { case error: AmazonS3Exception if error.getStatusCode == 404 => false }

  private def unchecked(path: Path) = new IOException(
    s"The server of $path does not check conditions of writes (If-None-Match), so two runs could both write. Use HDFS, or an " +
      "S3 server with conditional writes"
  )
}
