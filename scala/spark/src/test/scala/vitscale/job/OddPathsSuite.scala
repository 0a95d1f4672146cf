package vitscale.job

import java.nio.file.{Files, Path}

import org.apache.commons.io.FileUtils
import org.scalatest.Assertion
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.{Counts, LocalStorage, OutputFolder, RunKey, TableFormat, Tables}
import vitscale.job.records.{Predicted, Ranked}
import vitscale.job.run.JobOptions
import vitscale.{OddNames, OutputException, TemporaryFolder, TestImages, TinyModel}

/** Folders and files with the names that real users have: the job finds them, and its own rows again. */
class OddPathsSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private val image = TestImages.encoded(TestImages.picture(0), "png")
  private val key = RunKey(Map("model_sha256" -> "abc"))

  private def predicted(path: String) = Predicted(path, Seq(Ranked(3, "cat", Some(0.5f))), time = 1)

  private def files(folder: Path, count: Int): Unit = {
    Files.createDirectories(folder)
    (0 until count).foreach(i => Files.write(folder.resolve(s"$i.png"), image))
  }

  /** Runs the job twice, the second time with one image more and one mended. */
  private def runTwice(images: Path, options: JobOptions): Assertion = {
    files(images, 2)
    Files.write(images.resolve("bad.png"), TestImages.garbage)
    val first = run(options)
    assert((first.files, first.predicted, first.quarantined, first.isBalanced) == ((3, 2, 1, true)))
    files(images, 3)
    Files.write(images.resolve("bad.png"), image)
    val second = run(options.copy(retryFailed = true))
    assert((second.files, second.predicted, second.thisRun.predicted, second.isBalanced) == ((4, 4, 2, true)))
  }

  for (format <- TableFormat.files)
    test(s"${format.name}: images, model and output below folders of all odd names, run and resumed") {
      withFolder { folder =>
        val places = Seq("images", "models", "out").map(name => OddNames.nested(folder.resolve(name)))
        val Seq(images, model, output) = places
        FileUtils.copyDirectory(TinyModel.path.toFile, model.toFile)
        val asked = JobOptions(
          images = Seq(images.toString),
          model = model.toString,
          output = output.toString,
          format = format
        )
        runTwice(images, asked)
        val Seq(imagesUri, modelUri, outputUri) = places.map(_.toUri.toString)
        val again = run(asked.copy(images = Seq(imagesUri), model = modelUri, output = outputUri))
        assert(again.predicted == 4 && again.thisRun.predicted == 0, "file: URIs name the same folders")
      }
    }

  for (format <- TableFormat.files) {

    test(s"${format.name}: an output finds its rows again, whatever its name") {
      withFolder { parent =>
        for (name <- OddNames.folders) {
          val storage = new LocalStorage(parent.resolve(name).resolve(name))
          def open() = OutputFolder.open(spark, storage, format, key, line => fail(line))
          val first = open()
          first.commit(Tables.Predictions, Seq(predicted("/a")))
          first.close()
          val second = open()
          assert(second.paths(Tables.Predictions).toSeq == Seq("/a"), name)
          second.close()
        }
      }
    }

    test(s"${format.name}: files keep their names over two runs, also those that are not UTF-8") {
      withFolder { folder =>
        val images = folder.resolve("images")
        OddNames.writeFiles(images, image)
        OddNames.notUtf8(images).foreach(Files.write(_, image))
        val count = OddNames.files.size.toLong + OddNames.notUtf8(images).size
        val asked =
          JobOptions(
            images = Seq(images.toString),
            model = TinyModel.path.toString,
            output = s"$folder/out",
            format = format,
            allFiles = true
          )
        val first = run(asked)
        assert((first.predicted, first.quarantined, first.isBalanced) == ((count, 0, true)))
        val second = run(asked)
        assert((second.predicted, second.thisRun.predicted, second.isBalanced) == ((count, 0, true)))
      }
    }

    test(s"${format.name}: a row of 21,843 labels is read again") {
      withFolder { folder =>
        val labels = (1 to 21843).map(i => Ranked(i, s"label, $i", Some(1f / i)))
        val storage = new LocalStorage(folder)
        val output = OutputFolder.open(spark, storage, format, key, line => fail(line))
        val long = s"/${"long" * 5000}\n.jpg"
        output.commit(Tables.Predictions, Seq("/a", "/b \"2\"", long).map(Predicted(_, labels, time = 1)))
        assert(output.paths(Tables.Predictions).toSeq == Seq("/a", "/b \"2\"", long))
        assert(output.countRows() == Counts(3, 0, 3))
        output.close()
      }
    }

    test(s"${format.name}: a damaged part is named in one line") {
      withFolder { folder =>
        val output = OutputFolder.open(spark, new LocalStorage(folder), format, key, line => fail(line))
        output.commit(Tables.Predictions, Seq(predicted("/a")))
        val part = s"part-000001-00001${format.suffix}"
        Files.write(folder.resolve(s"predictions/$part"), TestImages.garbage)
        val error = intercept[Exception](output.paths(Tables.Predictions).size)
        val told = Iterator
          .iterate[Throwable](error)(_.getCause)
          .collectFirst { case e: OutputException => e.getMessage }
          .get
        assert(told.contains(part) && told.linesIterator.size == 1)
        output.close()
      }
    }
  }
}
