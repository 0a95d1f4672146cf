package vitscale.serving

import java.time.Duration
import java.util.concurrent.{CancellationException, TimeUnit, TimeoutException}

import org.scalatest.concurrent.{Eventually, TimeLimits}
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Seconds, Span}

import vitscale.classify.{FakeDevice, Features, InferenceOptions, ViTClassifier}
import vitscale.serving.FakeService._
import vitscale.{
  BatcherClosedException,
  ImageException,
  ModelException,
  QueueFullException,
  TestImages,
  TinyModel,
  UsageException
}

class DynamicBatcherSuite extends AnyFunSuite with TimeLimits with Eventually {

  implicit override val patienceConfig: PatienceConfig = PatienceConfig(timeout = Span(20, Seconds))

  test("answers equal those of the classifier, and the failed image fails alone") {
    val classifier = ViTClassifier.open(TinyModel.path, options = TinyModel.options)
    try {
      val images = (0 until 20).map(TestImages.jpeg).updated(7, TestImages.garbage)
      val expected = classifier.classify(images, topK = 3)
      val batcher = new DynamicBatcher(classifier, BatcherOptions(maxBatchSize = 4))
      val results = images.map(batcher.predict(_, InferenceOptions(topK = 3)))
      results.zip(expected).foreach { case (result, answer) =>
        answer.fold(
          failure => assert(intercept[Exception](result.get()).getCause.getMessage == failure.reason),
          prediction => assert(result.get().labels.map(_.id) == prediction.labels.map(_.id))
        )
      }
      batcher.close()
      assert(classifier.classify(images.take(1)).head.isRight) // it stays open
    } finally classifier.close()
  }

  test("each request has its own number of labels, threshold and features") {
    withBatcher(new FakeDevice(quick)) { batcher =>
      val (three, none, features) =
        (
          batcher.classify(image(5), 3),
          batcher.classify(image(6), 9, 0.5f),
          batcher.features(image(7), false)
        )
      assert(three.get().size == 3 && three.get().get(0).id == 5)
      assert(none.get().isEmpty)
      assert(features.get().toSeq == Seq(7f, -1f))
      assert(batcher.predict(image(8), InferenceOptions(1, features = Features.Off)).get().features.isEmpty)
      assertThrows[UsageException](batcher.classify(image(5), 0))
    }
  }

  test("a broken image, and a bug in its decoder, fail alone") {
    withBatcher(new FakeDevice(quick), BatcherOptions(maxBatchSize = 8)) { batcher =>
      val results = (0 until 30).map { id =>
        batcher.classify(if (id == 3) broken(id) else if (id == 4) bug(id) else image(id), 1)
      }
      val outcomes = results.map(outcome)
      assert(
        outcomes(3).left.exists(error => error.isInstanceOf[ImageException] && error.getMessage == "broken 3")
      )
      assert(outcomes(4).left.exists(_.isInstanceOf[StackOverflowError]))
      outcomes.zipWithIndex.filterNot(one => Set(3, 4)(one._2)).foreach { case (found, id) =>
        assert(found == Right(id))
      }
    }
  }

  test("a full queue rejects at once, and takes requests again later") {
    val device = new Gated()
    withBatcher(device, BatcherOptions(maxBatchSize = 1, maxQueueSize = 3, decoders = 1)) { batcher =>
      val computed = batcher.classify(image(0), 1)
      device.entered.await()
      val waiting = (1 to 3).map(id => batcher.classify(image(id), 1))
      val full = intercept[QueueFullException](batcher.classify(image(4), 1))
      assert(full.getMessage.contains("maxQueueSize is 3"))
      assert(batcher.metrics.queueLength == 3)
      device.gate.countDown()
      assert((computed +: waiting).map(outcome) == (0 to 3).map(Right(_)))
      assert(outcome(batcher.classify(image(5), 1)) == Right(5))
      assert(batcher.metrics.rejected == 1 && batcher.metrics.accepted == 5)
    }
  }

  test("cancelled requests and those that time out leave the queue before their forward pass") {
    val device = new Gated()
    withBatcher(device, BatcherOptions(maxBatchSize = 8, maxQueueSize = 3, decoders = 1)) { batcher =>
      batcher.classify(image(0), 1)
      device.entered.await()
      val cancelled = batcher.classify(image(1), 1)
      val late = batcher.classify(image(2), 1).orTimeout(1, TimeUnit.MILLISECONDS)
      val kept = batcher.classify(image(3), 1)
      cancelled.cancel(false)
      assert(outcome(late).left.exists(_.isInstanceOf[TimeoutException]))
      assert(outcome(cancelled).left.exists(_.isInstanceOf[CancellationException]))
      eventually(assert(batcher.metrics.queueLength == 1))
      device.gate.countDown()
      assert(outcome(kept) == Right(3))
      assert(device.sizes == Vector(1, 1))
      assert(batcher.metrics.cancelled == 2)
    }
  }

  test("requests that wait are merged into batches, up to the largest size") {
    val device = new Gated()
    withBatcher(device, BatcherOptions(maxBatchSize = 4, maxQueueSize = 100)) { batcher =>
      batcher.classify(image(0), 1)
      device.entered.await()
      val results = (1 to 10).map(id => batcher.classify(image(id), 1))
      eventually(assert(batcher.metrics.decodeSeconds.count == 11))
      device.gate.countDown()
      results.foreach(_.get())
      assert(device.sizes == Vector(1, 4, 4, 2))
      assert(batcher.metrics.batchSize.sum == 11)
    }
  }

  test("a delay fills a batch, and a single request waits no longer than the delay") {
    val device = new FakeDevice(quick, concurrency = 2)
    val patient = BatcherOptions(maxBatchSize = 4, maxQueueDelay = Duration.ofSeconds(30), decoders = 1)
    withBatcher(device, patient) { batcher =>
      val results = (0 until 4).map(id => batcher.classify(image(id), 1))
      assert(results.map(outcome) == (0 until 4).map(Right(_)))
      assert(device.passes.get == 1)
    }
    withBatcher(device, patient.withMaxQueueDelay(Duration.ofMillis(200))) { batcher =>
      val began = System.nanoTime()
      assert(outcome(batcher.classify(image(1), 1)) == Right(1))
      val waited = (System.nanoTime() - began) / 1e9
      assert(waited > 0.15 && waited < 10)
    }
  }

  test("idle workers divide the requests that wait") {
    val shares = Seq((1, 2), (2, 2), (5, 2), (4, 1), (0, 3)).map { case (requests, idle) =>
      RequestQueue.share(requests, idle)
    }
    assert(shares == Seq(1, 1, 3, 4, 0))
  }

  test("a forward pass that fails fails its batch only") {
    val device = new FakeDevice(
      quick,
      concurrency = 1,
      first => if (first == 1) Some(new ModelException("out of memory")) else None
    )
    withBatcher(device, BatcherOptions(maxBatchSize = 1)) { batcher =>
      val outcomes = (0 until 4).map(id => batcher.classify(image(id), 1)).map(outcome)
      assert(outcomes(1).left.exists(_.getMessage == "out of memory"))
      assert(Seq(0, 2, 3).forall(id => outcomes(id) == Right(id)))
      assert(batcher.metrics.failed == 1)
    }
  }

  test("close waits for accepted requests, also for those that wait for a delay, and refuses new ones") {
    val device = new FakeDevice(quick)
    val batcher =
      FakeService.batcher(device, BatcherOptions(maxBatchSize = 64, maxQueueDelay = Duration.ofMinutes(1)))
    val results = (0 until 40).map(id => batcher.classify(image(id), 1))
    failAfter(Span(20, Seconds))(batcher.close())
    assert(results.forall(_.isDone) && results.map(outcome) == (0 until 40).map(Right(_)))
    assertThrows[BatcherClosedException](batcher.classify(image(0), 1))
    batcher.close()
  }

  test("close with a timeout fails what still waits, after the pass that runs") {
    val device = new Gated()
    val batcher = FakeService.batcher(device, BatcherOptions(maxBatchSize = 1, decoders = 1))
    val results = (0 until 5).map(id => batcher.classify(image(id), 1))
    device.entered.await()
    @volatile var isDrained = true
    val closing = new Thread(() => isDrained = batcher.close(Duration.ofMillis(50)))
    closing.start()
    val outcomes = results.tail.map(outcome)
    assert(outcomes.forall(_.left.exists(_.isInstanceOf[BatcherClosedException])))
    assert(closing.isAlive && !results.head.isDone) // the model may be freed only after the pass
    device.gate.countDown()
    closing.join()
    assert(!isDrained && outcome(results.head) == Right(0))
  }

  test("wrong options are refused") {
    assertThrows[UsageException](BatcherOptions(maxBatchSize = 0))
    assertThrows[UsageException](BatcherOptions(maxQueueSize = 0))
    assertThrows[UsageException](BatcherOptions(decoders = 0))
    assertThrows[UsageException](BatcherOptions(maxQueueDelay = Duration.ofMillis(-1)))
  }
}
