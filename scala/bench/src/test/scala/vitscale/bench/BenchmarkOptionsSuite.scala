package vitscale.bench

import java.io.ByteArrayOutputStream
import java.nio.file.Paths

import org.scalatest.funsuite.AnyFunSuite

import vitscale.device.Device

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
      ("--images=i --model=m --precision=int8 --batch-size=4,1,4 --iterations=3 --warmup-images=5 --limit=9 " +
        "--action=count --threads=2 --master=local[1] --pipeline=p --output=o.json").split(' ').toSeq: _*
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
      Seq(
        "--engine",
        "tensorflow",
        "--precision",
        "int8"
      ) -> "needs --precision fp32, but --precision is int8",
      Seq(
        "--engine",
        "tensorflow",
        "--backend",
        "vitscale"
      ) -> "needs --backend spark-nlp, but --backend is vitscale",
      Seq("--engine", "tensorflow", "--threads", "1") -> "set TF_NUM_INTRAOP_THREADS=1",
      Seq("--imagse", "x") -> "imagse"
    )
    cases.foreach { case (arguments, message) =>
      val (parsed, printed) = parse(arguments: _*)
      assert(parsed.isEmpty)
      assert(printed.contains(message), s"for $arguments")
    }
  }

  test("a GPU is asked for by name and number, and what it does not go with is refused") {
    val (parsed, _) = parse("--backend=vitscale", "--device=gpu", "--gpus=2")
    assert(parsed.map(_.device).contains(Device.Gpu(Seq(0, 1))))
    assert(parsed.map(Backends.describe).contains(Map[String, Any]("device" -> "gpu", "gpus" -> 2)))
    assert(parse()._1.map(_.device).contains(Device.Cpu))
    Seq(
      "--device=tpu" -> "unknown --device tpu; expected cpu or gpu",
      "--gpus=2" -> "--gpus needs --device gpu",
      "--device=gpu --threads=2" -> "all cores decode",
      "--device=gpu --engine=tensorflow" -> "only with --device cpu",
      "--device=gpu --gpus=2" -> "Spark NLP uses one GPU",
      "--device=gpu --backend=vitscale --gpus=2 --spark" -> "Spark assigns each task its GPU"
    ).foreach { case (arguments, reason) =>
      val (refused, printed) = parse(arguments.split(' ').toSeq: _*)
      assert(refused.isEmpty && printed.contains(reason), s"$arguments: $printed")
    }
  }
}
