package vitscale.hadoop

import java.io.{ByteArrayInputStream, IOException}

import com.amazonaws.services.s3.model.{AmazonS3Exception, ObjectMetadata, PutObjectRequest}
import com.amazonaws.{AmazonClientException, AmazonServiceException}
import org.apache.commons.io.IOUtils
import org.apache.hadoop.fs.Path
import org.apache.hadoop.fs.s3a.S3AFileSystem

/** An object of S3, through Hadoop's own client of AWS, with its address and its credentials: of Hadoop 3.3, version 1 of AWS's
  * SDK.
  */
final private[hadoop] class S3Object(system: S3AFileSystem, path: Path) {

  private val client = system.getAmazonS3ClientForTesting("conditional create")
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
      val described = new ObjectMetadata()
      described.setContentLength(content.length.toLong)
      val request = new PutObjectRequest(bucket, key, new ByteArrayInputStream(content), described)
      request.putCustomRequestHeader("If-None-Match", "*")
      client.putObject(request)
      None
    } catch {
      case error: AmazonServiceException => Some(S3Refusal(error.getStatusCode, explained(error)))
      case error: AmazonClientException => throw explained(error)
    }

  /** Return the content; none if there is no object. */
  def read(): Option[Array[Byte]] =
    try {
      val found = client.getObject(bucket, key)
      try Some(IOUtils.toByteArray(found.getObjectContent))
      finally found.close()
    } catch {
      case error: AmazonS3Exception if error.getStatusCode == S3Object.Missing => None
      case error: AmazonClientException => throw explained(error)
    }

  private def explained(error: AmazonClientException) = new IOException(s"$path: ${error.getMessage}", error)
}

private object S3Object {
  private val Missing = 404
}
