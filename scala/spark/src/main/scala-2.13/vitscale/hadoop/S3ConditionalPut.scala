package vitscale.hadoop

import java.io.IOException
import java.util.concurrent.ConcurrentHashMap

import scala.annotation.tailrec

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.hadoop.fs.s3a.S3AFileSystem
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration
import software.amazon.awssdk.core.exception.SdkException
import software.amazon.awssdk.core.sync.RequestBody
import software.amazon.awssdk.services.s3.S3Client
import software.amazon.awssdk.services.s3.model.{GetObjectRequest, NoSuchKeyException, PutObjectRequest, S3Exception}

/** Creates objects of S3 with the condition that there is none of that name (`If-None-Match: *`), which S3 and compatible
  * servers check themselves. So of several processes, one creates an object.
  *
  * Hadoop 3.4.1 has no such call: its `create` asks whether there is an object, and then replaces it. This class takes Hadoop's
  * own client of AWS, with its address and its credentials.
  */
private[vitscale] object S3ConditionalPut {

  private val Condition =
    AwsRequestOverrideConfiguration.builder().putHeader("If-None-Match", "*").build()

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
        val (client, key) = (system.getS3AInternals.getAmazonS3Client("conditional create"), system.pathToKey(path))
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
          case error: SdkException => throw new IOException(s"$path: ${error.getMessage}", error)
        }
      case other => throw new IOException(s"$path is not read by S3A but by ${other.getClass.getName}")
    }

  @tailrec private def put(
      client: S3Client,
      bucket: String,
      key: String,
      content: Array[Byte],
      attempts: Int
  ): Boolean = {
    val status =
      try {
        val request = PutObjectRequest
          .builder()
          .bucket(bucket)
          .key(key)
          .overrideConfiguration(Condition)
          .build()
        client.putObject(request, RequestBody.fromBytes(content))
        None
      } catch {
        case error: S3Exception if Set(Refused, Busy).contains(error.statusCode) => Some(error)
      }
    status match {
      case None => true
      case Some(error) if error.statusCode == Refused => false
      case Some(error) if attempts == 1 => throw error
      case _ =>
        Thread.sleep(WaitMillis)
        put(client, bucket, key, content, attempts - 1)
    }
  }

  private def holds(client: S3Client, bucket: String, key: String, content: Array[Byte]): Boolean =
    try
      client
        .getObjectAsBytes(GetObjectRequest.builder().bucket(bucket).key(key).build())
        .asByteArrayUnsafe
        .sameElements(content)
    catch { case _: NoSuchKeyException => false }

  private def unchecked(path: Path) = new IOException(
    s"The server of $path does not check conditions of writes (If-None-Match), so two runs could both write. Use HDFS, or an " +
      "S3 server with conditional writes"
  )
}
