package vitscale.classify

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

import scala.jdk.CollectionConverters._
import scala.concurrent.duration._
import scala.util.Try

import org.scalatest.EitherValues
import org.scalatest.concurrent.TimeLimits
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Seconds, Span}

import vitscale.forward.ForwardPass
import vitscale.{DeviceException, ImageException, ModelException, UsageException}

class OverlappedClassifierSuite extends AnyFunSuite with EitherValues with TimeLimits {

  private val quick = 1.milli
  private val request = InferenceOptions(topK = 1, batchSize = 5)

  private def withClassifier[A](device: ForwardPass, decoders: Int = 4)(use: OverlappedClassifier => A): A = {
    val classifier = new OverlappedClassifier(FakeDevice.steps, device, decoders)
    try use(classifier)
    finally classifier.close()
  }

  private def label(answer: Prediction.Answer): Int =
    answer.fold(failure => fail(failure.reason), _.labels.head.label.toInt)

  test("answers come in the order of the images, each with its own label, whatever the batch size") {
    withClassifier(new FakeDevice(quick)) { classifier =>
      Seq(1, 2, 7, 16, 1000).foreach { batchSize =>
        val answers =
          classifier.stream(Iterator.range(0, 103), InferenceOptions(1, batchSize), 4)(FakeDevice.image).toSeq
        assert(answers.map(_._1) == (0 until 103))
        assert(answers.map(answer => label(answer._2)) == (0 until 103))
      }
      assert(classifier.stream(Iterator.empty: Iterator[Int], request, 4)(FakeDevice.image).isEmpty)
    }
  }

  test("features belong to their images, and come only if they are asked for") {
    withClassifier(new FakeDevice(quick)) { classifier =>
      def features(kind: Features) = classifier
        .stream(Iterator.range(0, 33), request.copy(features = kind), 4)(FakeDevice.image)
        .map { case (_, answer) => answer.value.features.map(_.toSeq) }
        .toSeq
      assert(features(Features.Pooled) == (0 until 33).map(id => Some(Seq(id.toFloat, -1f))))
      assert(features(Features.Off).forall(_.isEmpty))
      features(Features.Normalized).flatten.zipWithIndex.foreach { case (vector, id) =>
        val norm = math.sqrt(id.toDouble * id + 1)
        assert(math.abs(vector(0) - id / norm) < 1e-6 && math.abs(vector(1) + 1 / norm) < 1e-6)
      }
    }
  }

  test("images that fail give their reasons, and their neighbours keep their own labels") {
    val device = new FakeDevice(quick)
    val broken = Set(0, 7, 8) ++ (20 until 25) // the last five are a whole batch
    withClassifier(device) { classifier =>
      val answers = classifier
        .stream(Iterator.range(0, 40), request, 4) { id =>
          if (broken(id)) throw new ImageException(s"broken $id") else FakeDevice.image(id)
        }
        .toSeq
      answers.foreach { case (id, answer) =>
        if (broken(id)) assert(answer == Left(ImageFailure(ImageFailure.Decode, s"broken $id")))
        else assert(label(answer) == id)
      }
    }
    assert(device.passes.get == 7) // none for the batch in which every image fails
  }

  test("no more images are taken than the batches in flight hold, and no more buffers are made") {
    val device = new FakeDevice(quick)
    val taken = new AtomicInteger(0)
    val endless = Iterator.continually(taken.incrementAndGet())
    withClassifier(device) { classifier =>
      val answers = classifier.stream(endless, request, inFlight = 3)(FakeDevice.image)
      (1 to 200).foreach { read =>
        answers.next()
        assert(taken.get - read <= 3 * 5)
      }
      Thread.sleep(50) // nobody reads: nobody decodes ahead
      assert(taken.get - 200 <= 3 * 5)
    }
    assert(device.buffersMade.get <= 3)
  }

  test("a pass that fails ends the stream with its own error, after the answers before it") {
    val device = new FakeDevice(
      quick,
      concurrency = 1,
      first => if (first == 10) Some(new ModelException("out of memory")) else None
    )
    withClassifier(device) { classifier =>
      val answers = classifier.stream(Iterator.range(0, 100), request, 4)(FakeDevice.image)
      assert((0 until 10).forall(id => label(answers.next()._2) == id))
      assert(intercept[ModelException](answers.next()).getMessage == "out of memory")
      // The classifier goes on with other streams.
      assert(classifier.stream(Iterator.range(0, 10), request, 4)(FakeDevice.image).size == 10)
    }
  }

  test("an error that is no image's own ends the stream") {
    withClassifier(new FakeDevice(quick)) { classifier =>
      val answers = classifier.stream(Iterator.range(0, 100), request, 4) { id =>
        if (id == 12) throw new IllegalArgumentException("a bug") else FakeDevice.image(id)
      }
      assert(intercept[IllegalArgumentException](answers.size).getMessage == "a bug")
      val source = Iterator.range(0, 20).map(id => if (id == 13) throw new DeviceException("gone") else id)
      assertThrows[DeviceException](classifier.stream(source, request, 4)(FakeDevice.image).size)
    }
  }

  test("closing in the middle ends every reader, and soon") {
    failAfter(Span(20, Seconds)) {
      val classifier = new OverlappedClassifier(FakeDevice.steps, new FakeDevice(20.millis), decoders = 2)
      def endless() = classifier.stream(Iterator.from(0), request, 4)(FakeDevice.image)
      val ends = new ConcurrentLinkedQueue[Try[Int]]()
      val readers = (1 to 3).map(_ => new Thread(() => { ends.add(Try(endless().size)); () }))
      readers.foreach(_.start())
      Thread.sleep(200)
      classifier.close()
      classifier.close()
      readers.foreach(_.join())
      assert(ends.size == 3 && ends.asScala.forall(_.failed.get.isInstanceOf[UsageException]))
      assertThrows[UsageException](endless().next())
    }
  }

  test("several streams share one device, each with its own answers") {
    withClassifier(new FakeDevice(quick)) { classifier =>
      val streams = (0 until 4).map { start =>
        classifier.stream(Iterator.range(start * 60, start * 60 + 50), request, 2)(FakeDevice.image)
      }
      val turns = (1 to 50).map(_ => streams.map(_.next()))
      turns.foreach(_.foreach { case (id, answer) => assert(label(answer) == id) })
    }
  }
}
