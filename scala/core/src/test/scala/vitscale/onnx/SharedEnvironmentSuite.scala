package vitscale.onnx

import java.nio.file.{Files, Path, Paths}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.ViTClassifier
import vitscale.{TemporaryFolder, TestImages, TinyModel}

class SharedEnvironmentSuite extends AnyFunSuite with TemporaryFolder {

  for (work <- WorkAtExit.all)
    test(s"a program that ends can still $work in a shutdown hook") {
      withFolder { folder =>
        val output = folder.resolve("output")
        val status = WorkAtExit.run(work, folder, output)
        assert(status == 0, Files.readString(output))
        assert(Files.readString(output).contains("worked until the end"))
      }
    }
}

/** A program whose shutdown hook works for a second, while ONNX Runtime's own hook runs. */
object WorkAtExit {

  val all: Seq[String] = Seq("classify images", "open models")

  private val seconds = 1L

  def run(work: String, folder: Path, output: Path): Int = {
    val java = Paths.get(System.getProperty("java.home"), "bin", "java").toString
    val classPath = System.getProperty("java.class.path")
    new ProcessBuilder(java, "-cp", classPath, "vitscale.onnx.WorkAtExit", work)
      .directory(folder.toFile)
      .redirectErrorStream(true)
      .redirectOutput(output.toFile)
      .start()
      .waitFor()
  }

  def main(arguments: Array[String]): Unit = {
    val classifier = open()
    val image = Seq(TestImages.jpeg(0))
    val step: () => Unit = arguments.head match {
      case "classify images" => () => classifier.classify(image).foreach(result => assert(result.isRight))
      case "open models" => () => open().close()
    }
    step()
    val _ = sys.addShutdownHook {
      val end = System.nanoTime() + seconds * 1000000000L
      while (System.nanoTime() < end) step()
      classifier.close()
      println("worked until the end")
    }
  }

  private def open() =
    ViTClassifier.open(TinyModel.path, options = TinyModel.options, runtime = "onnxruntime")
}
