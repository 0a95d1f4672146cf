package vitscale.onednn

import java.nio.file.{Files, Paths}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.{ClassifierOptions, InferenceOptions, ViTClassifier}
import vitscale.forward.ForwardPass
import vitscale.image.PackedImage
import vitscale.image.decode.ImageDecoder
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.calibrate.Calibrator
import vitscale.onednn.library.OneDnn
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}
import vitscale.{DeviceException, ModelException, TestImages, TinyModel, UsageException}

/** The engine on oneDNN beside ONNX Runtime, on the same images with the same weights. */
class OneDnnPassSuite extends AnyFunSuite {

  private val folder = ModelFolder.open(TinyModel.path, "fp32")
  private val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
  private val images =
    (0 until 11).map(seed => preprocessor.pixels(ImageDecoder.decode(TestImages.jpeg(seed))))

  private def withPass[A](
      precision: String = "fp32",
      options: ClassifierOptions = TinyModel.options,
      of: ModelFolder = folder
  )(body: OneDnnPass => A): A = {
    val pass = OneDnnPass.open(in(of, precision), preprocessor, options.forward)
    try body(pass)
    finally pass.close()
  }

  /** The same folder in another precision. */
  private def in(folder: ModelFolder, precision: String): ModelFolder =
    ModelFolder.open(folder.path, precision, ModelRuntime.OneDnn)

  private def logits(pass: ForwardPass, batch: Seq[PackedImage]): IndexedSeq[Array[Float]] = {
    val buffers = pass.buffers(batch.size)
    batch.zipWithIndex.foreach { case (image, place) => buffers.put(place, image) }
    pass.forward(buffers, batch.size)
    batch.indices.map(buffers.logitsOf)
  }

  private lazy val expected: IndexedSeq[Array[Float]] = {
    val classifier = ViTClassifier.open(TinyModel.path, options = TinyModel.options, runtime = "onnxruntime")
    try
      classifier
        .classify((0 until 11).map(TestImages.jpeg), InferenceOptions(returnLogits = true))
        .map(_.fold(failure => fail(failure.reason), _.logits.get))
        .toIndexedSeq
    finally classifier.close()
  }

  private def difference(found: Seq[Array[Float]]): Float =
    found.zip(expected).map { case (a, b) => a.zip(b).map { case (x, y) => math.abs(x - y) }.max }.max

  private def labels(found: Seq[Array[Float]]): Seq[Int] = found.map(one => one.indexOf(one.max))

  test("fp32 gives ONNX Runtime's logits, whatever the batch size") {
    withPass() { pass =>
      Seq(1, 2, 3, 4, 11).foreach { size =>
        val found = images.grouped(size).flatMap(logits(pass, _)).toIndexedSeq
        assert(difference(found) < 1e-5, s"batch size $size")
      }
    }
  }

  test("cores of a pass divide its images among them, and share images if there are fewer") {
    Seq(2, 3, 4).foreach { threads =>
      withPass(options = TinyModel.options.copy(threads = threads, cores = threads)) { pass =>
        assert(pass.concurrency == 1)
        Seq(1, 2, 3, 11).foreach { count =>
          val found = logits(pass, images.take(count))
          assert(difference(found) < 1e-5, s"$count images on $threads cores")
        }
      }
    }
  }

  test("passes that share images run side by side") {
    withPass(options = TinyModel.options.copy(threads = 2, cores = 4)) { pass =>
      assert(pass.concurrency == 2)
      val found = new java.util.concurrent.ConcurrentLinkedQueue[Float]()
      val callers = (1 to 6).map(_ =>
        new Thread(() => (1 to 20).foreach(_ => found.add(difference(logits(pass, images.take(1))))))
      )
      callers.foreach(_.start())
      callers.foreach(_.join())
      assert(found.size == 120 && found.asScala.forall(_ < 1e-5))
    }
  }

  test("eight threads share one pass") {
    withPass() { pass =>
      val found = new java.util.concurrent.ConcurrentLinkedQueue[Float]()
      val threads =
        (1 to 8).map(_ =>
          new Thread(() => (1 to 5).foreach(_ => found.add(difference(logits(pass, images)))))
        )
      threads.foreach(_.start())
      threads.foreach(_.join())
      assert(found.size == 40 && found.asScala.forall(_ < 1e-5))
    }
  }

  test(
    "merged tokens give the same logits in every batch and on every number of cores, near those of all tokens"
  ) {
    val merged = withPass("fp32-tome2")(pass => images.flatMap(image => logits(pass, Seq(image))))
    assert(difference(merged) > 1e-5, "nothing was merged")
    def same(found: Seq[Array[Float]]) =
      found.zip(merged).forall { case (a, b) => a.zip(b).forall { case (x, y) => math.abs(x - y) < 1e-5 } }
    Seq(2, 3, 11).foreach { size =>
      withPass("fp32-tome2")(pass => assert(same(images.grouped(size).flatMap(logits(pass, _)).toIndexedSeq)))
    }
    withPass("fp32-tome2", TinyModel.options.copy(threads = 3, cores = 3)) { pass =>
      Seq(1, 2, 11).foreach(count => assert(same(logits(pass, images.take(count)))))
    }
  }

  test("bf16 stays near fp32, or is refused where the processor lacks it") {
    if (OneDnn.instructions.bf16) withPass("bf16") { pass =>
      val found = logits(pass, images)
      assert(difference(found) < 0.1 && difference(found) > 1e-5)
      assert(labels(found) == labels(expected))
    }
    else {
      val error = intercept[DeviceException](withPass("bf16")(_ => ()))
      assert(error.getMessage.contains("no instructions for bf16"))
    }
  }

  test("int8 keeps the labels after calibration and refuses to run without, or is refused without VNNI") {
    val copy = ModelFolder.open(TinyModel.copy(), "fp32")
    if (OneDnn.instructions.vnni) {
      val error = intercept[ModelException](withPass("int8", of = copy)(_ => ()))
      assert(error.getMessage.contains("lacks onednn/int8/scales.json"))
      def some = (0 until 20).iterator.map(seed => ImageDecoder.decode(TestImages.jpeg(seed)))
      new Calibrator(copy, _ => ()).calibrate(some, some, least = 0).write()
      withPass("int8", of = copy) { pass =>
        val found = logits(pass, images)
        assert(difference(found) < 0.2 && difference(found) > 1e-5)
        assert(labels(found) == labels(expected))
      }
    } else {
      val error = intercept[DeviceException](withPass("int8", of = copy)(_ => ()))
      assert(error.getMessage.contains("expected VNNI"))
    }
  }

  test("a closed pass says so, and closing twice is allowed") {
    val pass = OneDnnPass.open(folder, preprocessor, TinyModel.options.forward)
    val buffers = pass.buffers(1)
    pass.close()
    pass.close()
    assertThrows[UsageException](pass.forward(buffers, 1))
  }

  test("opening and closing leaves no native memory behind") {
    def cycle() = assert(withPass()(logits(_, images)).size == 11)
    (1 to 200).foreach(_ => cycle())
    val before = residentKib
    (1 to 300).foreach(_ => cycle())
    // Noise of the garbage collector passes; a leak of 220 KiB a cycle fails.
    assert(residentKib - before < 64 * 1024)
  }

  /** The smallest of a few readings, since the garbage collector gives memory back when it likes. */
  private def residentKib: Long = (1 to 5).map { _ =>
    System.gc()
    Thread.sleep(100)
    Files
      .readAllLines(Paths.get("/proc/self/status"))
      .asScala
      .collectFirst { case line if line.startsWith("VmRSS:") => line.filter(_.isDigit).toLong }
      .get
  }.min
}
