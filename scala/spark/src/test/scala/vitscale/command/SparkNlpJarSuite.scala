package vitscale.command

import org.scalatest.funsuite.AnyFunSuite

class SparkNlpJarSuite extends AnyFunSuite {

  test("the reason names the jar for Scala 2.12, and why there is none for 2.13") {
    assert(SparkNlpJar.reason("--engine spark-nlp", "2.12.18").startsWith("--engine spark-nlp needs the jar"))
    val none = SparkNlpJar.reason("--engine spark-nlp", "2.13.16")
    assert(none.contains("no release for Scala 2.13 and Spark 4 (this is Scala 2.13.16)"))
    assert(none.endsWith("Use Spark 3.5 with Scala 2.12, or the engine of ViTScale."))
  }
}
