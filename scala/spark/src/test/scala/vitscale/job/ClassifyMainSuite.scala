package vitscale.job

import org.scalatest.funsuite.AnyFunSuite

class ClassifyMainSuite extends AnyFunSuite {

  test("the JVM of YARN's application master is not ended: an exception tells that the job failed") {
    val settings = Map("spark.master" -> "yarn", "spark.submit.deployMode" -> "cluster")
    settings.foreach { case (key, value) => sys.props(key) = value }
    try {
      val failure = intercept[IllegalStateException](ClassifyMain.main(Array("--no-such-option")))
      assert(failure.getMessage == "The job ended with exit status 2. See its log for the reason.")
    } finally settings.keys.foreach(sys.props.remove)
  }
}
