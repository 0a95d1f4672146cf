package vitscale.classify

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.ModelException
import vitscale.model.ScoreFunction

class TopKSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  /** Few values, so that ties are common; both zeros among them. */
  private val logit = Gen.oneOf(Gen.choose(-5, 5).map(_.toFloat), Gen.choose(-1e30f, 1e30f), Gen.const(-0.0f))
  private val logits = Gen.choose(1, 300).flatMap(Gen.listOfN(_, logit)).map(_.toArray)

  test("selects what a stable sort by falling logit puts first") {
    forAll(logits, Gen.choose(1, 320)) { (values, k) =>
      val sorted = values.indices.sortWith((a, b) => values(a) > values(b)).take(k)
      assert(TopK.select(values, k).toSeq == sorted)
    }
  }

  test("rising, falling and equal logits of a thousand classes") {
    val rising = Array.tabulate(1000)(_.toFloat)
    assert(TopK.select(rising, 5).toSeq == Seq(999, 998, 997, 996, 995))
    assert(TopK.select(rising.reverse, 3).toSeq == Seq(0, 1, 2))
    assert(TopK.select(Array.fill(1000)(1f), 4).toSeq == Seq(0, 1, 2, 3))
  }

  test("a logit that is no finite number is an error") {
    Seq(Float.NaN, Float.PositiveInfinity, Float.NegativeInfinity).foreach { bad =>
      assert(intercept[ModelException](TopK.select(Array(1f, bad), 1)).getMessage.contains("for class 1"))
    }
  }

  test("softmax does not overflow, and its scores are those of its definition") {
    val scores = ScoreFunction.Softmax.scores(Array(1000f, 999f, 998f), Array(0, 1, 2))
    val whole = 1 + math.exp(-1) + math.exp(-2)
    Seq(1.0, math.exp(-1), math.exp(-2)).zip(scores).foreach { case (part, score) =>
      assert(math.abs(part / whole - score) < 1e-7)
    }
  }

  test("the score function follows the model's problem type, as Transformers' pipeline does") {
    assert(ScoreFunction.of("", 10) == ScoreFunction.Softmax)
    assert(ScoreFunction.of("single_label_classification", 2) == ScoreFunction.Softmax)
    assert(ScoreFunction.of("", 1) == ScoreFunction.Sigmoid)
    assert(ScoreFunction.of("multi_label_classification", 10) == ScoreFunction.Sigmoid)
    assert(ScoreFunction.of("regression", 1) == ScoreFunction.Identity)
  }
}
