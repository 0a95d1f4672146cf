import Dependencies.Device
import org.typelevel.sbt.tpolecat.CiMode
import org.typelevel.scalacoptions.ScalacOptions

ThisBuild / organization := "io.github.vitscale"
ThisBuild / scalaVersion := Dependencies.scala2

// The Python package owns the version; the jar must carry the same one (see PythonApi).
ThisBuild / version := {
  val source = IO.read((ThisBuild / baseDirectory).value / "python/src/vitscale/_version.py")
  "__version__ = \"([^\"]+)\"".r
    .findFirstMatchIn(source)
    .map(_.group(1))
    .getOrElse(sys.error("no version in _version.py"))
}
ThisBuild / tpolecatDefaultOptionsMode := CiMode // every warning is an error

lazy val vitscale = (project in file("."))
  .settings(
    name := "vitscale",
    Compile / sourceDirectory := baseDirectory.value / "scala/src/main",
    Test / sourceDirectory := baseDirectory.value / "scala/src/test",
    libraryDependencies ++=
      Dependencies.provided ++ Dependencies.runtime(Device.parse(sys.props.get("gpu"))) ++ Dependencies.test,
    Compile / resourceGenerators += Def.task {
      val file = (Compile / resourceManaged).value / "vitscale" / "version.txt"
      IO.write(file, version.value)
      Seq(file)
    }.taskValue,
    Test / tpolecatExcludeOptions += ScalacOptions.warnNonUnitStatement,
    // The JVM benchmark: Spark is on the class path of `run` although the jar leaves it out.
    Compile / mainClass := Some("vitscale.bench.BenchmarkMain"),
    Compile / run := Defaults
      .runTask(Compile / fullClasspath, Compile / run / mainClass, Compile / run / runner)
      .evaluated,
    run / fork := true,
    run / outputStrategy := Some(StdoutOutput),
    run / javaOptions ++= JavaFlags.all,
    Test / fork := true,
    Test / javaOptions ++= JavaFlags.all,
    Test / testOptions += Tests.Argument(TestFrameworks.ScalaTest, "-oDF"),
    JarSettings.all
  )
