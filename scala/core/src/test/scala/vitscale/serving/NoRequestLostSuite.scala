package vitscale.serving

import java.time.Duration
import java.util.concurrent.{CancellationException, CompletableFuture, Executors, TimeUnit}

import scala.collection.mutable
import scala.concurrent.duration._
import scala.util.Random

import org.scalatest.Assertion
import org.scalatest.concurrent.TimeLimits
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Seconds, Span}

import vitscale.classify.{FakeDevice, ScoredLabel}
import vitscale.serving.FakeService._
import vitscale.{BatcherClosedException, ImageException, ModelException, QueueFullException}

/** Random users, images, failures and closings: each request has exactly one outcome, and the right one. */
class NoRequestLostSuite extends AnyFunSuite with TimeLimits {

  private val users = 8
  private val requestsOfUser = 40
  private type Result = CompletableFuture[java.util.List[ScoredLabel]]

  /** A request and what its user saw: the refusal, or the result. */
  private case class Sent(id: Int, kind: Int, seen: Either[Throwable, Result])

  /** Every outcome that a user saw, by the name of its class. */
  private val outcomes = mutable.Set.empty[String]

  private val seeds = 1 to 40

  for (seed <- seeds) test(s"no request is lost (seed $seed)")(serve(seed))

  test("every kind of outcome was among them") {
    val refusals = Set("QueueFullException", "BatcherClosedException")
    val failures = Set("ImageException", "StackOverflowError", "CancellationException", "ModelException")
    val expected = refusals ++ failures + "Integer"
    // Which of them a seed meets depends on how the threads were scheduled.
    Iterator
      .from(seeds.end + 1)
      .takeWhile(_ <= 20 * seeds.size && !expected.subsetOf(outcomes))
      .foreach(serve)
    assert(expected.diff(outcomes).isEmpty)
  }

  private def serve(seed: Int): Unit = {
    val random = new Random(seed)
    val failing = random.nextInt(FakeDevice.classes)
    val device = new FakeDevice(
      random.nextInt(3).millis,
      concurrency = 1 + random.nextInt(3),
      first => if (first == failing) Some(new ModelException("the pass failed")) else None
    )
    val options = BatcherOptions(
      maxBatchSize = 1 + random.nextInt(6),
      maxQueueSize = 1 + random.nextInt(20),
      maxQueueDelay = Duration.ofMillis(random.nextInt(3).toLong),
      decoders = 1 + random.nextInt(3)
    )
    val batcher = FakeService.batcher(device, options)
    val closesEarly = random.nextInt(3)
    failAfter(Span(60, Seconds)) {
      val sent = sendAll(batcher, seed, if (closesEarly > 0) random.nextInt(60) else -1, closesEarly == 1)
      batcher.close()
      sent.foreach(check(_, failing))
      checkMetrics(batcher.metrics, sent)
    }
    ()
  }

  /** @param closeAfter
    *   when another thread closes the batcher, in milliseconds; never if negative
    * @param drains
    *   whether it waits for accepted requests
    */
  private def sendAll(
      batcher: DynamicBatcher,
      seed: Int,
      closeAfter: Int,
      drains: Boolean
  ): Seq[Sent] = {
    val pool = Executors.newFixedThreadPool(users + 1)
    try {
      val closing = pool.submit { () =>
        if (closeAfter >= 0) {
          Thread.sleep(closeAfter.toLong)
          if (drains) batcher.close() else batcher.close(Duration.ofMillis(1))
        }
      }
      val all = (0 until users).map(user => pool.submit(() => send(batcher, new Random(seed * 100 + user))))
      closing.get()
      all.flatMap(_.get())
    } finally pool.shutdown()
  }

  private def send(batcher: DynamicBatcher, random: Random): Seq[Sent] = {
    val sent = mutable.Buffer.empty[Sent]
    (1 to requestsOfUser).foreach { _ =>
      val (id, kind) = (random.nextInt(FakeDevice.classes), random.nextInt(10))
      val content = kind match {
        case 0 => broken(id)
        case 1 => bug(id)
        case _ => image(id)
      }
      val seen =
        try Right(batcher.classify(content, 1))
        catch { case error: Throwable => Left(error) }
      if (kind == 2) seen.foreach(_.cancel(false))
      if (kind == 3) seen.foreach(_.orTimeout(1, TimeUnit.MILLISECONDS))
      if (random.nextInt(4) == 0) seen.foreach(outcome) // a user who waits
      sent += Sent(id, kind, seen)
    }
    sent.toSeq
  }

  private def check(one: Sent, failing: Int): Assertion = one.seen match {
    case Left(refusal) =>
      outcomes += refusal.getClass.getSimpleName
      assert(refusal.isInstanceOf[QueueFullException] || refusal.isInstanceOf[BatcherClosedException])
    case Right(result) =>
      assert(result.isDone)
      val seen = outcome(result)
      outcomes += seen.fold(_.getClass.getSimpleName, _ => "Integer")
      seen match {
        case Right(label) => assert(label == one.id && one.kind > 1)
        case Left(_: ImageException) => assert(one.kind == 0)
        case Left(_: StackOverflowError) => assert(one.kind == 1)
        case Left(_: CancellationException) => assert(one.kind == 2)
        case Left(_: java.util.concurrent.TimeoutException) => assert(one.kind == 3)
        case Left(error: ModelException) => assert(error.getMessage == "the pass failed" && failing >= 0)
        case Left(error) => assert(error.isInstanceOf[BatcherClosedException])
      }
  }

  private def checkMetrics(metrics: BatcherMetrics, sent: Seq[Sent]): Assertion = {
    def refused(kind: Class[_]): Int = sent.count(_.seen.left.exists(kind.isInstance(_)))
    assert(metrics.accepted == sent.count(_.seen.isRight))
    assert(metrics.rejected == refused(classOf[QueueFullException]))
    assert(metrics.pending == 0 && metrics.queueLength == 0)
    assert(metrics.completed == metrics.requestSeconds.count)
    val answered = sent.flatMap(_.seen.toOption).map(outcome)
    assert(metrics.imageErrors >= answered.count(_.left.exists(_.isInstanceOf[ImageException])))
  }
}
