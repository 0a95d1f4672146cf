import Dependencies.Device
import org.typelevel.sbt.tpolecat.CiMode
import org.typelevel.scalacoptions.ScalacOptions

ThisBuild / organization := "io.github.vitscale"
ThisBuild / scalaVersion := Dependencies.scala212

// The Python package owns the version; the jar must carry the same one (see PythonApi).
ThisBuild / version := {
  val source = IO.read((ThisBuild / baseDirectory).value / "python/src/vitscale/_version.py")
  "__version__ = \"([^\"]+)\"".r
    .findFirstMatchIn(source)
    .map(_.group(1))
    .getOrElse(sys.error("no version in _version.py"))
}
ThisBuild / tpolecatDefaultOptionsMode := CiMode // every warning is an error

// Two groups of tests at a time, because many of them wait; sbt's default is one.
Global / concurrentRestrictions := Seq(
  Tags.limitAll(math.max(2, java.lang.Runtime.getRuntime.availableProcessors)),
  Tags.limit(Tags.ForkedTestGroup, 2),
  Tags.exclusiveGroup(Tags.Clean)
)

lazy val device = Device.parse(sys.props.get("gpu"))

/** Modules of Spark 3.5 and Spark 4. The others have Scala 2.12 alone, as Spark NLP does. */
lazy val both = Seq(Dependencies.scala212, Dependencies.scala213)

/** Settings of every module. The modules share one folder of test resources, which Python's tests read as well. */
lazy val common = Seq(
  libraryDependencies ++= Dependencies.test,
  // Only Scala 2.13 warns of a result that is not used, and those of Java's and native calls often are not.
  tpolecatExcludeOptions += ScalacOptions.warnNonUnitStatement,
  Test / unmanagedResourceDirectories += (ThisBuild / baseDirectory).value / "scala/src/test/resources",
  Test / fork := true,
  Test / envVars += "OMP_NUM_THREADS" -> "1", // see vitscale.onednn.library.OneDnn
  Test / baseDirectory := (ThisBuild / baseDirectory).value,
  Test / javaOptions ++= JavaFlags.all,
  Test / testOptions += Tests.Argument(TestFrameworks.ScalaTest, "-oDF")
)

/** Settings of `run`. Spark is on the class path although no jar carries it. */
lazy val benchmarkRun = Seq(
  Compile / mainClass := Some("vitscale.bench.BenchmarkMain"),
  Compile / run := Defaults
    .runTask(Compile / fullClasspath, Compile / run / mainClass, Compile / run / runner)
    .evaluated,
  run / fork := true,
  run / baseDirectory := (ThisBuild / baseDirectory).value,
  run / outputStrategy := Some(StdoutOutput),
  run / javaOptions ++= JavaFlags.all,
  run / envVars += "OMP_NUM_THREADS" -> "1"
)

/** The engine without Spark: image formats, resize, preprocessing, models, forward passes. */
lazy val core = (project in file("scala/core"))
  .settings(
    common,
    crossScalaVersions := both,
    name := "vitscale-core",
    Publishing.published(
      "Vision Transformers on the JVM: image formats, preprocessing, forward pass",
      "org.apache.spark",
      "org.apache.hadoop",
      "com.johnsnowlabs.nlp"
    ),
    libraryDependencies ++= Dependencies.core(device, scalaBinaryVersion.value),
    Compile / resourceGenerators += PackageResources.version.taskValue,
    PythonJars.libraries
  )

/** Spark ML stages, the classify job, and what Python calls. */
lazy val spark = (project in file("scala/spark"))
  .dependsOn(core % "compile->compile;test->test")
  .settings(
    common,
    crossScalaVersions := both,
    name := "vitscale-spark",
    Publishing.published(
      "Vision Transformers in Spark: ML stages and a job that classifies images",
      "org.apache.spark",
      "org.apache.hadoop",
      "com.johnsnowlabs.nlp"
    ),
    libraryDependencies ++= {
      val scala = scalaBinaryVersion.value
      Dependencies.spark(scala) ++ Dependencies.commandLine ++ Dependencies.hdfs(scala) ++
        Dependencies.tables(scala) ++ Dependencies.s3(scala)
    },
    dependencyOverrides += Dependencies.sparkCompress(scalaBinaryVersion.value),
    Compile / resourceGenerators += PackageResources.listingRules.taskValue,
    Compile / resourceGenerators += PackageResources.tableLibraries.taskValue,
    TestGroups.ofSpark,
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
    libraryDependencies ++= Dependencies.spark(scalaBinaryVersion.value) :+ Dependencies.sparkNlp(device)
  )

/** The JVM benchmark with the backends of ViTScale. */
lazy val bench = (project in file("scala/bench"))
  .dependsOn(spark % "compile->compile;test->test")
  .settings(
    common,
    crossScalaVersions := both,
    name := "vitscale-bench",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.spark(scalaBinaryVersion.value),
    benchmarkRun,
    PythonJars.bench
  )

/** Stock Spark NLP as a backend of the JVM benchmark. The root project's `run` has it on its class path. */
lazy val benchSparkNlp = (project in file("scala/bench-sparknlp"))
  .dependsOn(bench % "compile->compile;test->test", sparknlp % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-bench-sparknlp",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.spark(scalaBinaryVersion.value),
    benchmarkRun,
    PythonJars.sparkNlp
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

/** The example of a service in Java over the core, which Python's tests start. */
lazy val serviceJava = (project in file("examples/service_java"))
  .dependsOn(core)
  .settings(name := "vitscale-service-java", Publishing.unpublished, ServiceExample.all)

/** Spark NLP's TensorFlow engine beside everything else, so that nothing else carries its 116 MB. */
lazy val tensorflow = (project in file("scala/tensorflow"))
  .dependsOn(benchSparkNlp % "compile->compile;test->test")
  .settings(
    common,
    name := "vitscale-tensorflow",
    Publishing.unpublished,
    libraryDependencies ++= Dependencies.spark(scalaBinaryVersion.value) ++ Dependencies.tensorflow,
    TensorflowJars.all
  )

/** All modules but TensorFlow's, whose jars are fetched apart. */
lazy val vitscale = (project in file("."))
  .enablePlugins(ScalaUnidocPlugin)
  .aggregate(core, spark, sparknlp, bench, benchSparkNlp, jmh, serviceJava)
  .settings(
    name := "vitscale",
    Publishing.unpublished,
    Compile / run := (benchSparkNlp / Compile / run).evaluated,
    ScalaUnidoc / unidoc / unidocProjectFilter := inProjects(core, spark, sparknlp),
    ScalaUnidoc / unidoc / target := baseDirectory.value / "target/site/scala"
  )

addCommandAlias(
  "pythonJars",
  Seq(
    "core/assembly; spark/assembly; bench/assembly; benchSparkNlp/assembly",
    s"++${Dependencies.scala213}; spark/assembly; bench/assembly; ++${Dependencies.scala212}"
  ).mkString("; ")
)
