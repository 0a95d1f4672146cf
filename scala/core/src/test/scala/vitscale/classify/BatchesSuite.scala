package vitscale.classify

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

class BatchesSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  private def sizes(images: Int, size: Int, workers: Int): Seq[Int] =
    Batches.of(Iterator.range(0, images), size, workers).map(_.size).toSeq

  test("every image is in one batch, in order, and no batch is larger than asked") {
    forAll(Gen.choose(0, 300), Gen.choose(1, 40), Gen.choose(1, 9)) { (images, size, workers) =>
      val batches = Batches.of(Iterator.range(0, images), size, workers).toSeq
      assert(batches.flatten == (0 until images))
      assert(batches.forall(batch => batch.nonEmpty && batch.size <= size))
    }
  }

  test("no worker has more than one batch more than another at the end, nor a much larger one") {
    forAll(Gen.choose(1, 300), Gen.choose(1, 40), Gen.choose(1, 9)) { (images, size, workers) =>
      val last = sizes(images, size, workers).drop(images / (size * workers) * workers)
      assert(last.size <= workers)
      if (last.nonEmpty) assert(last.max <= (last.sum + workers - 1) / workers)
    }
  }

  test("three batches of eight on two workers become two of eight and two of four") {
    assert(sizes(images = 24, size = 8, workers = 2) == Seq(8, 8, 4, 4))
  }

  test("one worker gets full batches and the rest") {
    assert(sizes(images = 21, size = 8, workers = 1) == Seq(8, 8, 5))
  }

  test("a batch as large as an integer can be is no overflow") {
    assert(sizes(images = 5, size = Int.MaxValue, workers = 4) == Seq(2, 2, 1))
  }
}
