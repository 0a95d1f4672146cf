package vitscale.hadoop

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.hadoop.util.VersionInfo
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalHdfs, UsageException}

class RemoteFilesSuite extends AnyFunSuite {

  private def refusal(path: String, configuration: Configuration = new Configuration()): String = {
    val began = System.nanoTime()
    val message = intercept[UsageException](
      RemoteFiles.requireAnswers(Seq(new Path(path)), configuration)
    ).getMessage
    assert((System.nanoTime() - began) / 1e9 < 30)
    assert(message.startsWith(s"$path cannot be reached: ") && message.linesIterator.size == 1)
    message
  }

  test("a server that does not answer is told within seconds") {
    assert(refusal("hdfs://127.0.0.1:1/photos").contains("Connection refused"))
  }

  test("a scheme that nothing knows, and one whose jar is missing") {
    assert(refusal("nosuch://a/b").contains("nothing here knows nosuch://. Check the scheme"))
    assert(refusal("s3://bucket/photos").endsWith("Write s3a://, the scheme of Hadoop's own client."))
    val withoutJar = new Configuration()
    withoutJar.set("fs.s3a.impl", "no.such.FileSystem") // the tests have Hadoop's client of S3
    assert(
      refusal("s3a://bucket/photos", withoutJar).endsWith(
        s"Add --conf spark.jars.packages=org.apache.hadoop:hadoop-aws:${VersionInfo.getVersion}."
      )
    )
  }

  test("HDFS without a host") {
    assert(refusal("hdfs:/photos").contains("no host"))
  }

  test("what is not there is an answer") {
    RemoteFiles.requireAnswers(Seq(new Path(s"${LocalHdfs.address}/none")), new Configuration())
  }
}
