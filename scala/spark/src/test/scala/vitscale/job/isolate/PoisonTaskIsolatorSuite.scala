package vitscale.job.isolate

import org.apache.spark.SparkException
import org.apache.spark.rdd.RDD
import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.job.records.{Outcome, Predicted, Quarantined, ReadImage, Stage}
import vitscale.job.task.{TaskBatch, TaskResult}

/** How the images that end executors are found, without executors; those are ended for real in
  * tests/job/test_images_that_end_executors.py.
  */
class SuspectsSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  import SuspectsSuite.Names

  private val lost = FailedAttempts.Reasons(executors = 2, thrown = None)

  private def outcome(name: Int, isTouched: Boolean): Outcome =
    if (isTouched) Predicted(name.toString, Seq.empty, 0)
    else Quarantined(name.toString, None, Stage.Executor, "it ended its executor", 0)

  /** What Spark would bring back: a task that holds a bad image never gets to its third attempt's end with answers. */
  private def run(work: TaskBatch, isLost: Seq[Int] => Boolean): TaskResult = {
    val names = work.asInstanceOf[Names].names
    val isTouched = !isLost(names)
    TaskResult(names.map(outcome(_, isTouched)).toArray, 1, stage = 0, partition = 0)
  }

  test("exactly the images that end executors are convicted, and their neighbours are done") {
    val few = Gen.listOfN(5, Gen.choose(0, 180)).map(_.map(_ * 16 + 15)) // some good ones before each bad one
    forAll(Gen.choose(4, 3000), few, Gen.choose(1, 500)) { (count, drawn, chunk) =>
      val bad = drawn.filter(_ < count).toSet
      val suspects = new PoisonTaskIsolator(_ => lost)
      val first = (0 until count).grouped(chunk).map(Names).toVector
      // At first also the neighbours of bad tasks are lost.
      val isLostAtFirst = (names: Seq[Int]) => names.exists(bad) || names.head % 2 == 0
      var tasks = 0
      val atFirst = first.flatMap(work => suspects.judge(work, run(work, isLostAtFirst)))
      val later = Iterator.continually(suspects.next()).takeWhile(_.isDefined).flatten.flatMap { work =>
        tasks += 1
        suspects.judge(work, run(work, _.exists(bad)))
      }
      val outcomes = (atFirst ++ later).map(one => one.path.toInt -> one.isInstanceOf[Predicted])
      assert(
        outcomes.size == count && outcomes.toMap == (0 until count).map(name => name -> !bad(name)).toMap
      )
      assert(tasks <= first.size + bad.size * 8 * math.ceil(math.log(chunk + 1.0) / math.log(8)))
    }
  }

  test("nothing is blamed for executors that were taken away") {
    val suspects = new PoisonTaskIsolator(_ => FailedAttempts.Reasons(executors = 1, thrown = None))
    val image = Names(Seq(1))
    suspects.judge(image, run(image, _ => true))
    for (_ <- 0 until 10) assert(suspects.judge(suspects.next().get, run(image, _ => true)).isEmpty)
    assert(suspects.judge(suspects.next().get, run(image, _ => false)).size == 1 && suspects.next().isEmpty)
  }

  test("a task that throws is no image's fault, and neither are executors that end with every image") {
    val thrown =
      new PoisonTaskIsolator(_ => FailedAttempts.Reasons(executors = 0, thrown = Some("IllegalState: what")))
    val work = Names(0 until 40)
    assert(
      intercept[SparkException](thrown.judge(work, run(work, _ => true))).getMessage == "IllegalState: what"
    )
    val broken = new PoisonTaskIsolator(_ => lost)
    broken.judge(work, run(work, _ => true))
    var convicted = 0
    val error = intercept[SparkException] {
      while (true) broken.next().foreach(next => convicted += broken.judge(next, run(next, _ => true)).size)
    }
    assert(convicted == 2 && error.getMessage.contains("3 images ended theirs, 0 did not"))
  }

  test("many suspects and a trial keep other work waiting, few do not") {
    val suspects = new PoisonTaskIsolator(_ => lost)
    val work = Names(0 until 4)
    (0 until 16).foreach(_ => suspects.judge(work, run(work, _ => true)))
    assert(!suspects.haveTheFloor)
    suspects.judge(work, run(work, _ => true))
    assert(suspects.haveTheFloor)
    suspects.judge(work, run(work, _ => false))
    assert(!suspects.haveTheFloor)
    suspects.next()
    assert(suspects.haveTheFloor)
  }
}

private object SuspectsSuite {

  final case class Names(names: Seq[Int]) extends TaskBatch {
    override def images: RDD[ReadImage] = throw new UnsupportedOperationException
    override def partitions: Seq[Int] = Seq(0)
    override def part(partition: Int, from: Int, until: Int): TaskBatch = Names(names.slice(from, until))
  }
}
