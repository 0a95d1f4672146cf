import sbt._
import sbt.Keys._

/** The tests of a module that run in JVMs of their own, so that two of them run side by side. */
object TestGroups {

  /** Tables take as long as half of the others. */
  private val Tables = "vitscale.job.tables."

  val ofSpark: Setting[_] = Test / testGrouping := {
    val options = (Test / forkOptions).value
    (Test / definedTests).value
      .groupBy(_.name.startsWith(Tables))
      .map { case (areTables, tests) =>
        Tests.Group(if (areTables) "tables" else "other tests", tests, Tests.SubProcess(options))
      }
      .toSeq
  }
}
