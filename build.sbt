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

/** Spark is on the class path of `run` although the jar leaves it out. */
lazy val common = Seq(
  libraryDependencies ++= Dependencies.provided ++ Dependencies.test,
  Test / tpolecatExcludeOptions += ScalacOptions.warnNonUnitStatement,
  Compile / mainClass := Some("vitscale.bench.BenchmarkMain"),
  Compile / run := Defaults
    .runTask(Compile / fullClasspath, Compile / run / mainClass, Compile / run / runner)
    .evaluated,
  run / fork := true,
  run / baseDirectory := (ThisBuild / baseDirectory).value,
  run / outputStrategy := Some(StdoutOutput),
  run / javaOptions ++= JavaFlags.all,
  run / envVars += "OMP_NUM_THREADS" -> "1", // see vitscale.onednn.OneDnn
  Test / fork := true,
  Test / envVars += "OMP_NUM_THREADS" -> "1",
  Test / javaOptions ++= JavaFlags.all,
  Test / testOptions += Tests.Argument(TestFrameworks.ScalaTest, "-oDF")
)

lazy val vitscale = (project in file("."))
  .settings(
    common,
    name := "vitscale",
    Compile / sourceDirectory := baseDirectory.value / "scala/src/main",
    Test / sourceDirectory := baseDirectory.value / "scala/src/test",
    libraryDependencies ++= Dependencies.runtime(Device.parse(sys.props.get("gpu"))),
    Compile / resourceGenerators += Def.task {
      val folder = (Compile / resourceManaged).value / "vitscale"
      IO.write(folder / "version.txt", version.value)
      // The Python package owns the rules of listing; both languages read the same file.
      val rules = "listing-rules.json"
      IO.copyFile((ThisBuild / baseDirectory).value / "python/src/vitscale" / rules, folder / rules)
      Seq(folder / "version.txt", folder / rules)
    }.taskValue,
    JarSettings.all
  )

/** Spark NLP's TensorFlow engine beside everything else, so that nothing else carries its 116 MB. */
lazy val tensorflow = (project in file("scala/tensorflow"))
  .dependsOn(vitscale % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-tensorflow",
    libraryDependencies ++= Dependencies.tensorflow,
    TensorflowJars.all
  )
