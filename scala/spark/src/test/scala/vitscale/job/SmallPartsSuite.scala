package vitscale.job

import java.io.ByteArrayOutputStream

import scala.collection.mutable.ArrayBuffer

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.UsageException
import vitscale.classify.{Features, InferenceOptions}
import vitscale.device.Device
import vitscale.job.input.FileQueue
import vitscale.job.output.{
  Audits,
  Chosen,
  CommitClock,
  Counters,
  Counts,
  Ledger,
  ModelUsed,
  PathHashes,
  ThisRun
}
import vitscale.job.records.{FileEntry, Ignored, Predicted, Quarantined, Stage}
import vitscale.job.run.{ErrorBudget, JobOptions, LedgerText, Progress}
import vitscale.job.task.ChunkSizes

/** The parts of the job that know neither Spark nor files. */
class SmallPartsSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  test("fingerprints are a set of strings") {
    forAll(Gen.listOf(Gen.alphaNumStr), Gen.listOf(Gen.alphaNumStr)) { (in, out) =>
      val set = new PathHashes
      in.foreach(set.add)
      assert(set.size == in.distinct.size)
      assert((in ++ out).forall(path => set.contains(path) == in.contains(path)))
    }
    val large = new PathHashes
    (0 until 100000).foreach(i => large.add(s"/photos/$i.jpg"))
    assert(
      large.size == 100000 && large.contains("/photos/99999.jpg") && !large.contains("/photos/100000.jpg")
    )
  }

  test("tasks grow with the engine's speed, shrink to the end, and cover all images") {
    for (slots <- Seq(1, 2, 64); total <- Seq(1L, 300L, 100000L); seconds <- Seq(0.001, 0.4)) {
      val sizes = new ChunkSizes(smallest = 8)
      var left = total
      val taken = ArrayBuffer.empty[Int]
      while (left > 0) {
        val size = math.min(left, sizes.next(left, slots).toLong).toInt
        sizes.observe(size, size * seconds)
        taken += size
        left -= size
      }
      assert(taken.sum == total && taken.init.forall(_ >= 8))
      assert(taken.drop(20).forall(_ * seconds <= 12), "a task that is lost costs little")
      assert(total < 1000 || taken.last <= 8 && taken.max * slots <= total)
    }
  }

  test("a huge image makes none of the others look slow") {
    val sizes = new ChunkSizes(smallest = 1)
    (0 until 50).foreach(_ => sizes.observe(160, 8))
    val before = sizes.next(1000000, slots = 2)
    sizes.observe(1, 8)
    assert(before == 160 && sizes.next(1000000, slots = 2) > 120)
  }

  test("the list of files gives them back in order, a huge one alone") {
    val spool = FileQueue.create()
    val files = (0 until 1000).map { i =>
      FileEntry(
        s"/a/$i",
        if (i % 7 == 0) None else Some(if (i == 500) 100000L else 1000L),
        Some("gone").filter(_ => i % 3 == 0)
      )
    }
    files.foreach(spool.add)
    val chunks = Iterator.continually(spool.take(20, 2 * 20 * spool.meanBytes)).takeWhile(_.nonEmpty).toVector
    assert(chunks.flatten == files && spool.size == 0)
    assert(chunks.forall(_.size <= 20) && chunks.contains(Seq(files(500))))
    spool.close()
  }

  test("rows are written often at first and seldom later") {
    val clock = new CommitClock(None)
    assert(!clock.isDue(1, now = 9) && clock.isDue(1, now = 10) && !clock.isDue(0, now = 10))
    clock.committed(10000)
    assert(!clock.isDue(1, now = 10400) && clock.isDue(1, now = 10530) && clock.isDue(100000, now = 10001))
    clock.committed(1e6)
    assert(clock.isDue(1, now = 1e6 + 600) && new CommitClock(Some(0)).isDue(1, now = 0))
    val wide = new CommitClock(None, labels = 21843)
    assert(!wide.isDue(90, now = 1) && wide.isDue(92, now = 1))
  }

  test("checking the books takes a twentieth of the time") {
    var now = 0.0
    val audits = new Audits(() => now)
    assert(audits.isDue)
    assert(audits.timed { now += 2; "balanced" } == "balanced")
    now += 39
    assert(!audits.isDue)
    now += 1
    assert(audits.isDue)
  }

  test("an error budget is a number or a share") {
    assert(!ErrorBudget.parse("10").isExceeded(10, 1000) && ErrorBudget.parse("10").isExceeded(11, 1000))
    assert(!ErrorBudget.parse("0.5%").isExceeded(5, 1000) && ErrorBudget.parse("0.5%").isExceeded(6, 1000))
    assert(ErrorBudget.parse("0").isExceeded(1, 1000) && !ErrorBudget.parse("100%").isExceeded(1000, 1000))
    for (wrong <- Seq("", "-1", "x", "101%", "1.5", "%", "1e3"))
      assert(intercept[UsageException](ErrorBudget.parse(wrong)).getMessage.contains("--max-failed"))
  }

  test("progress tells images, rate, time left and failures, rewriting one line on a terminal") {
    var now = 0.0
    val written = new StringBuilder
    val progress = new Progress(written ++= _, isTerminal = true, () => now)
    val watch = progress.watch()
    val tally = new Counters(files = 34745, before = Counters.Counts(1000, 3))
    tally.add(Seq.fill(600)(Predicted("/a", Seq.empty, 0)) :+ Quarantined("/b", None, Stage.Read, "gone", 0))
    now = 120
    progress.update(tally, watch())
    progress.update(tally, watch())
    progress.say("done")
    assert(
      written.toString == "\r\u001b[K1,604 of 34,745 images, 5.0/s, 1 h 50 min left, 4 failed\nvitscale: done\n"
    )
  }

  test("a GPU goes with no threads, and Spark NLP with one GPU") {
    def parse(more: String*) = Console.withErr(new ByteArrayOutputStream)(
      JobOptions.parse(Seq("--images=a", "--model=m", "--output=o") ++ more)
    )
    assert(parse().map(_.device).contains(Device.Cpu))
    assert(parse("--device=gpu", "--gpus=2").map(_.device).contains(Device.Gpu(Seq(0, 1))))
    Seq(
      Seq("--gpus=2"),
      Seq("--device=gpu", "--threads=2"),
      Seq("--device=gpu", "--gpus=2", "--engine=spark-nlp"),
      Seq("--device=tpu")
    ).foreach(wrong => assert(parse(wrong: _*).isEmpty, wrong))
  }

  test(
    "labels and features that the engine or the format does not have are refused, and others are requests"
  ) {
    def parse(more: String*) = Console.withErr(new ByteArrayOutputStream)(
      JobOptions.parse(Seq("--images=a", "--model=m", "--output=o") ++ more)
    )
    assert(parse().map(_.request).contains(InferenceOptions()))
    assert(parse("--threshold=0.5").map(_.request.topK).contains(InferenceOptions.AllLabels))
    assert(parse("--threshold=0.5", "--top-k=3").map(_.request.topK).contains(3))
    assert(parse("--features=normalized").map(_.request.features).contains(Features.Normalized))
    Seq(
      Seq("--threshold=1.5"),
      Seq("--threshold=-1"),
      Seq("--threshold=NaN"),
      Seq("--threshold=0.5", "--engine=spark-nlp"),
      Seq("--features=mean"),
      Seq("--features=pooled", "--engine=spark-nlp"),
      Seq("--features=pooled", "--features-type=float16", "--format=csv"),
      Seq("--features=pooled", "--features-type=float64")
    ).foreach(wrong => assert(parse(wrong: _*).isEmpty, wrong))
  }

  test("the ledger's exit status") {
    def ledger(
        status: String,
        quarantined: Long,
        isBalanced: Boolean = true,
        output: Option[Counts] = Some(Counts(3, 0, 3))
    ) =
      Ledger(
        status,
        3,
        3 - quarantined,
        quarantined,
        0,
        Map.empty,
        ThisRun(3, 0, 0, 1, 3),
        Ignored.none,
        Chosen(None, None, 0),
        output,
        isBalanced,
        ModelUsed("m", "random", "abc", "vitscale", "onnxruntime"),
        Seq.empty,
        Seq("/a"),
        Seq.empty,
        "/out",
        "now",
        None
      )
    assert(ledger(Ledger.Complete, 0).exitCode == 0 && ledger(Ledger.Complete, 1).exitCode == 1)
    assert(ledger(Ledger.Complete, 0, isBalanced = false).exitCode == 1)
    assert(ledger(Ledger.Stopped, 0).exitCode == 1 && ledger(Ledger.Failed, 0).exitCode == 1)
    assert(ledger(Ledger.Interrupted, 1).exitCode == 130)
    assert(
      LedgerText.lines(ledger(Ledger.Complete, 1)).head == "complete: 3 files = 2 predicted + 1 quarantined"
    )
    assert(LedgerText.lines(ledger(Ledger.Complete, 0, isBalanced = false)).last.contains("DOES NOT BALANCE"))
    assert(
      LedgerText.lines(ledger(Ledger.Interrupted, 0, output = None)).last.contains("were not counted again")
    )
  }
}
