package vitscale.job

import java.nio.file.{Files, Path}
import java.security.PrivilegedExceptionAction

import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.fs.{FileSystem, Path => HadoopPath}
import org.apache.hadoop.security.UserGroupInformation
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.Ledger
import vitscale.job.run.JobOptions
import vitscale.{LocalHdfs, ModelException, TemporaryFolder, TestImages, TinyModel, VitscaleException}

/** The job with all that it reads and writes on HDFS. */
class HdfsSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private lazy val system =
    FileSystem.get(new HadoopPath(LocalHdfs.address).toUri, spark.sparkContext.hadoopConfiguration)

  private lazy val model = at("model")

  private def at(path: String) = s"${LocalHdfs.address}/$path"

  private def put(local: Path, path: String): Unit =
    system.copyFromLocalFile(false, true, new HadoopPath(local.toString), new HadoopPath(at(path)))

  override protected def beforeAll(): Unit = {
    super.beforeAll()
    put(TinyModel.path, "model")
  }

  private def classify(images: String, output: String, model: String = model): Ledger =
    run(JobOptions(images = Seq(images), model = model, output = output))

  private def predictions(output: String): Map[String, String] =
    spark.read
      .parquet(s"$output/predictions")
      .select("path", "label")
      .collect()
      .map(row => row.getString(0) -> row.getString(1))
      .toMap

  test("names of all kinds get their labels, and new files alone are done by a second run") {
    withFolder { folder =>
      val names = Seq("a.png", "ä b%20.png", "[x]{y}.png", "#?&.png", "sub/c.png")
      val pictures = names.indices.map(seed => TestImages.encoded(TestImages.picture(seed), "png"))
      Files.createDirectories(folder.resolve("images/sub"))
      names.zip(pictures).foreach { case (name, bytes) =>
        Files.write(folder.resolve(s"images/$name"), bytes)
      }
      Files.write(folder.resolve("images/text.png"), TestImages.garbage)
      put(folder.resolve("images"), "photos")

      val first = classify(at("photos"), at("out"))
      assert((first.files, first.predicted, first.quarantined) == ((6, 5, 1)) && first.isBalanced)
      val labels = TinyModel.labels(pictures)
      assert(predictions(at("out")) == names.map(name => at(s"photos/$name")).zip(labels).toMap)

      put(folder.resolve("images/a.png"), "photos/new.png")
      val second = classify(at("photos"), at("out"))
      assert((second.files, second.predicted, second.thisRun.predicted) == ((7, 6, 1)) && second.isBalanced)
    }
  }

  test("a model that is not there is told by its own path") {
    val none = intercept[ModelException](classify(at("photos"), at("out2"), at("none"))).getMessage
    assert(none.contains(s"The model folder ${at("none")} lacks config.json"))
    assert(!system.exists(new HadoopPath(at("out2"))))
  }

  test("what another user may not read or write is told in one line") {
    system.mkdirs(new HadoopPath(at("closed")))
    system.setPermission(new HadoopPath(at("closed")), new FsPermission("700"))
    def refusal(images: String, output: String) = {
      val stranger = UserGroupInformation.createRemoteUser("stranger")
      val message = stranger.doAs(new PrivilegedExceptionAction[String] {
        override def run(): String =
          intercept[VitscaleException](classify(images, output)).getMessage
      })
      assert(message.linesIterator.size == 1)
      message
    }
    assert(refusal(at("closed/photos"), at("out3")).contains("Permission denied: user=stranger"))
    assert(
      refusal(at("photos"), at("out3")).contains(
        s"${at("out3")} cannot be written: Permission denied: user=stranger"
      )
    )
  }
}
