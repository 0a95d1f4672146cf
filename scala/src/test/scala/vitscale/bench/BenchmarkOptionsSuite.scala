package vitscale.bench

import java.io.ByteArrayOutputStream
import java.nio.file.Paths

import org.scalatest.funsuite.AnyFunSuite

class BenchmarkOptionsSuite extends AnyFunSuite {

  /** What was parsed, and what was printed meanwhile. */
  private def parse(arguments: String*): (Option[BenchmarkOptions], String) = {
    val printed = new ByteArrayOutputStream
    val parsed = Console.withErr(printed)(Console.withOut(printed)(BenchmarkOptions.parse(arguments)))
    (parsed, printed.toString("UTF-8"))
  }

  test("without arguments the defaults hold") {
    assert(parse()._1.contains(BenchmarkOptions()))
  }

  test("every option is read") {
    val (parsed, _) = parse(
      "--images=i --model=m --precision=int8 --batch-size=4,1,4 --iterations=3 --warmup-images=5 --limit=9 " +
        "--action=count --threads=2 --master=local[1] --pipeline=p --output=o.json" split ' ': _*
    )
    assert(
      parsed.contains(
        BenchmarkOptions(
          images = Paths.get("i"),
          model = Paths.get("m"),
          precision = "int8",
          batchSizes = Seq(4, 1),
          iterations = 3,
          warmupImages = 5,
          limit = Some(9),
          action = SparkAction.Count,
          threads = Some(2),
          master = "local[1]",
          savedPipeline = Some(Paths.get("p")),
          output = Paths.get("o.json")
        )
      )
    )
  }

  test("wrong values are refused with what was expected") {
    val cases = Seq(
      Seq("--batch-size", "0") -> "at least 1",
      Seq("--batch-size", "two") -> "batch-size",
      Seq("--iterations", "0") -> "at least 1",
      Seq("--backend", "spark-mlp") -> "expected spark-nlp",
      Seq("--action", "collect") -> "expected count or write",
      Seq("--engine", "torch") -> "expected onnx or tensorflow",
      Seq("--engine", "tensorflow", "--precision", "int8") -> "fp32 alone",
      Seq("--engine", "tensorflow", "--backend", "vitscale") -> "is for --backend spark-nlp",
      Seq("--engine", "tensorflow", "--threads", "1") -> "TF_NUM_INTRAOP_THREADS=N",
      Seq("--imagse", "x") -> "imagse"
    )
    cases.foreach { case (arguments, message) =>
      val (parsed, printed) = parse(arguments: _*)
      assert(parsed.isEmpty)
      assert(printed.contains(message), s"for $arguments")
    }
  }
}
