package vitscale.hadoop

import java.io.IOException

import org.apache.hadoop.fs.Path
import org.apache.hadoop.fs.s3a.S3AFileSystem
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration
import software.amazon.awssdk.core.exception.SdkException
import software.amazon.awssdk.core.sync.RequestBody
import software.amazon.awssdk.services.s3.model.{GetObjectRequest, NoSuchKeyException, PutObjectRequest, S3Exception}

/** An object of S3, through Hadoop's own client of AWS, with its address and its credentials: of Hadoop 3.4.1, version 2 of
  * AWS's SDK.
  */
final private[hadoop] class S3Object(system: S3AFileSystem, path: Path) {

  private val client = system.getS3AInternals.getAmazonS3Client("conditional create")
  private val (bucket, key) = (system.getBucket, system.pathToKey(path))

  /** Create the object, on the condition that there is none.
    *
    * @return
    *   the refusal of the server; none if the object was created
    * @throws java.io.IOException
    *   if the server does not answer
    */
  def putIfAbsent(content: Array[Byte]): Option[S3Refusal] =
    try {
      val request = PutObjectRequest
        .builder()
        .bucket(bucket)
        .key(key)
        .overrideConfiguration(S3Object.Condition)
        .build()
      client.putObject(request, RequestBody.fromBytes(content))
      None
    } catch {
      case error: S3Exception => Some(S3Refusal(error.statusCode, explained(error)))
      case error: SdkException => throw explained(error)
    }

  /** Return the content; none if there is no object. */
  def read(): Option[Array[Byte]] =
    try {
      val request = GetObjectRequest.builder().bucket(bucket).key(key).build()
      Some(client.getObjectAsBytes(request).asByteArrayUnsafe)
    } catch {
      case _: NoSuchKeyException => None
      case error: SdkException => throw explained(error)
    }

  private def explained(error: SdkException) = new IOException(s"$path: ${error.getMessage}", error)
}

private object S3Object {
  private val Condition =
    AwsRequestOverrideConfiguration.builder().putHeader("If-None-Match", "*").build()
}
