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

lazy val device = Device.parse(sys.props.get("gpu"))

/** Settings of every module. The modules share one folder of test resources, which Python's tests read as well. */
lazy val common = Seq(
  libraryDependencies ++= Dependencies.test,
  Test / tpolecatExcludeOptions += ScalacOptions.warnNonUnitStatement,
  Test / unmanagedResourceDirectories += (ThisBuild / baseDirectory).value / "scala/src/test/resources",
  Test / fork := true,
  Test / envVars += "OMP_NUM_THREADS" -> "1", // see vitscale.onednn.OneDnn
  Test / baseDirectory := (ThisBuild / baseDirectory).value,
  Test / javaOptions ++= JavaFlags.all,
  Test / testOptions += Tests.Argument(TestFrameworks.ScalaTest, "-oDF")
)

/** The engine without Spark: image formats, resize, preprocessing, models, forward passes. */
lazy val core = (project in file("scala/core"))
  .settings(
    common,
    name := "vitscale-core",
    Publishing.published(
      "Vision Transformers on the JVM: image formats, preprocessing, forward pass",
      "org.apache.spark",
      "org.apache.hadoop",
      "com.johnsnowlabs.nlp"
    ),
    libraryDependencies ++= Dependencies.core(device),
    Compile / resourceGenerators += PackageResources.version.taskValue
  )

/** Spark ML stages, the classify job, and what Python calls. */
lazy val spark = (project in file("scala/spark"))
  .dependsOn(core % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-spark",
    Publishing.published(
      "Vision Transformers in Spark: ML stages and a job that classifies images",
      "org.apache.spark",
      "org.apache.hadoop",
      "com.johnsnowlabs.nlp"
    ),
    libraryDependencies ++= Dependencies.spark ++ Dependencies.commandLine ++ Dependencies.hdfs ++ Dependencies.tables ++ Dependencies.s3,
    dependencyOverrides += Dependencies.sparkCompress,
    Compile / resourceGenerators += PackageResources.listingRules.taskValue,
    PythonJars.vitscale,
    TableJars.all
  )

/** The drop-in annotator of Spark NLP, and stock Spark NLP as a baseline. */
lazy val sparknlp = (project in file("scala/sparknlp"))
  .dependsOn(spark % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-sparknlp",
    Publishing.published(
      "A Vision Transformer annotator for pipelines of Spark NLP",
      "org.apache.spark"
    ),
    libraryDependencies ++= Dependencies.spark :+ Dependencies.sparkNlp(device),
    PythonJars.sparkNlp
  )

/** The JVM benchmark, which `sbt run` runs. Spark is on its class path although no jar carries it. */
lazy val bench = (project in file("scala/bench"))
  .dependsOn(sparknlp % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-bench",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.spark,
    Compile / mainClass := Some("vitscale.bench.BenchmarkMain"),
    Compile / run := Defaults
      .runTask(Compile / fullClasspath, Compile / run / mainClass, Compile / run / runner)
      .evaluated,
    run / fork := true,
    run / baseDirectory := (ThisBuild / baseDirectory).value,
    run / outputStrategy := Some(StdoutOutput),
    run / javaOptions ++= JavaFlags.all,
    run / envVars += "OMP_NUM_THREADS" -> "1",
    PythonJars.bench
  )

/** Microbenchmarks of the pixel code, which `make bench-pixels` runs beside Pillow. */
lazy val jmh = (project in file("scala/jmh"))
  .dependsOn(core)
  .settings(
    common,
    name := "vitscale-jmh",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.jmh
  )

/** Spark NLP's TensorFlow engine beside everything else, so that nothing else carries its 116 MB. */
lazy val tensorflow = (project in file("scala/tensorflow"))
  .dependsOn(bench % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-tensorflow",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.spark ++ Dependencies.tensorflow,
    TensorflowJars.all
  )

/** All modules but TensorFlow's, whose jars are fetched apart. */
lazy val vitscale = (project in file("."))
  .enablePlugins(ScalaUnidocPlugin)
  .aggregate(core, spark, sparknlp, bench, jmh)
  .settings(
    name := "vitscale",
    Publishing.unpublished,
    Compile / run := (bench / Compile / run).evaluated,
    ScalaUnidoc / unidoc / unidocProjectFilter := inProjects(core, spark, sparknlp),
    ScalaUnidoc / unidoc / target := baseDirectory.value / "target/site/scala"
  )

addCommandAlias("pythonJars", "spark/assembly; sparknlp/assembly; bench/assembly")
