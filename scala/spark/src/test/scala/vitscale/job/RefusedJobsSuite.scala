package vitscale.job

import java.nio.file.{Files, Path}

import org.apache.hadoop.fs.{Path => HadoopPath}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.Features
import vitscale.job.output.{FeatureType, TableFormat}
import vitscale.job.run.JobOptions
import vitscale.{
  LocalHdfs,
  LocalSpark,
  ModelException,
  OutputException,
  TestImages,
  TinyModel,
  UsageException
}

/** Jobs that are refused before they read an image. */
class RefusedJobsSuite extends AnyFunSuite with NumberedImages {

  test("storage where two runs could both begin is refused before an image is read") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 1)
      val refused = intercept[UsageException](
        run(options(s"$folder/images", s"${LocalSpark.objects}/${folder.getFileName}/out"))
      )
      assert(
        refused.getMessage.contains("Two runs could both begin") && refused.getMessage.contains(
          "--format delta"
        )
      )
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  for (format <- Seq(TableFormat.Parquet, TableFormat.Csv, TableFormat.Delta))
    test(
      s"an output that is a file, or below a file, is named, and no row is said to be kept (${format.name})"
    ) {
      withFolder { folder =>
        write(folder.resolve("images"), 0 until 1)
        val file = Files.write(folder.resolve("predictions.csv"), Array[Byte](1))
        for (
          (output, words) <- Seq(
            file.toString -> s"$file is a file; --output needs a folder.",
            file.toUri.toString -> s"$file is a file; --output needs a folder.",
            s"$file/out" -> s"$file/out cannot be written: "
          )
        ) {
          val asked = options(s"$folder/images", output).copy(format = format)
          val told = intercept[OutputException](run(asked)).getMessage
          assert(told.startsWith(words) && !told.contains("are kept") && told.linesIterator.size == 1)
        }
        assert(Files.size(file) == 1)
      }
    }

  test("an output that is a file of HDFS is named") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 1)
      val file = new HadoopPath(s"${LocalHdfs.address}/refused/predictions.csv")
      file.getFileSystem(spark.sparkContext.hadoopConfiguration).create(file).close()
      val told = intercept[OutputException](run(options(s"$folder/images", file.toString))).getMessage
      assert(told.startsWith(s"$file is a file; --output needs a folder."))
    }
  }

  test("a file that is no Parquet is reported in one line") {
    withFolder { folder =>
      Files.createDirectories(folder.resolve("rows"))
      Files.write(folder.resolve("rows/part.parquet"), TestImages.garbage)
      val asked = options(s"$folder/rows", s"$folder/out").copy(input = JobOptions.ParquetRows)
      val message = intercept[UsageException](run(asked)).getMessage
      assert(message.contains("cannot be read as Parquet: ") && message.contains("is not a Parquet file"))
      assert(message.linesIterator.size == 1 && !Files.exists(folder.resolve("out")))
    }
  }

  test("a model or an input that is not there leaves nothing behind") {
    withFolder { folder =>
      val asked = options(s"$folder/none", s"$folder/out")
      assertThrows[UsageException](run(asked))
      assertThrows[ModelException](run(asked.copy(model = s"$folder/none")))
      Files.createDirectories(folder.resolve("empty"))
      val empty = intercept[UsageException](run(options(s"$folder/empty", s"$folder/out")))
      assert(empty.getMessage.contains("holds no image"))
      write(folder.resolve("images"), 0 until 2)
      val broken = TinyModel.copy()
      Files.write(broken.resolve("onnx/fp32/model.onnx"), TestImages.garbage)
      val unloadable = options(s"$folder/images", s"$folder/out").copy(model = broken.toString)
      val onGraph = unloadable.copy(runtime = "onnxruntime")
      assert(intercept[ModelException](run(onGraph)).getMessage.contains("cannot be loaded"))
      Files.write(broken.resolve("model.safetensors"), TestImages.garbage)
      val onWeights = unloadable.copy(runtime = "onednn")
      assert(intercept[ModelException](run(onWeights)).getMessage.contains("model.safetensors"))
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  test("a threshold on a regression and features of an older graph are refused, and leave nothing behind") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val (regression, older) = (TinyModel.copy(), TinyModel.copy())
      replace(regression.resolve("config.json"), "\\{", "{\"problem_type\": \"regression\",")
      replace(older.resolve("vitscale.json"), ",\\s*\"features\": 32", "")
      val asked = options(s"$folder/images", s"$folder/out").copy(runtime = "onnxruntime")
      val withThreshold = asked.copy(model = regression.toString, threshold = Some(0.5f))
      assert(intercept[UsageException](run(withThreshold)).getMessage.contains("is a regression"))
      val withFeatures = asked.copy(model = older.toString, features = Features.Pooled)
      val refused = intercept[ModelException](run(withFeatures)).getMessage
      assert(refused.contains("has no output features. Export the model again"))
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  private def replace(file: Path, pattern: String, by: String): Unit = {
    val text = new String(Files.readAllBytes(file), "UTF-8")
    val changed = text.replaceFirst(pattern, by)
    assert(changed != text)
    Files.write(file, changed.getBytes("UTF-8"))
    ()
  }

  test("an output belongs to one threshold and one kind of features") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val asked = options(s"$folder/images", s"$folder/out").copy(features = Features.Pooled)
      assert(run(asked).predicted == 2 && run(asked).thisRun.predicted == 0)
      for (
        (other, words) <- Seq(
          asked.copy(features = Features.Off) -> "features was pooled and is -",
          asked.copy(featuresType = FeatureType.Float16) -> "features_type was float32 and is float16",
          asked.copy(threshold = Some(0.5f)) -> "threshold was - and is 0.5; top_k was 5 and is all"
        )
      )
        assert(intercept[UsageException](run(other)).getMessage.contains(words))
    }
  }
}
