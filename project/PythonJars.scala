import sbt._
import sbt.Keys._
import sbtassembly.AssemblyKeys._
import sbtassembly.{Assembly, MergeStrategy, PathList}

/** The jars that the Python packages carry. None of them holds Spark, Scala or what Spark's installation brings, and
  * each holds the native libraries of one platform, unless `-Dplatform=all` asks for those of all. A jar with classes in
  * Scala has the version of Scala in its name, as libraries for Spark do.
  */
object PythonJars {

  /** The libraries in Java and native code that Spark lacks: nearly all of the size, and the same for each Scala. */
  val libraries: Seq[Setting[_]] = jar(_ => "vitscale-libraries") ++ Seq(
    assembly / fullClasspath := (assembly / fullClasspath).value.filter(isJava)
  )

  /** The engine, the Spark stages and the job, with the libraries in Scala that Spark lacks. */
  val vitscale: Seq[Setting[_]] = jar(scala => s"vitscale_$scala") ++ Seq(
    assembly / assemblyExcludedJars := {
      val below = (LocalProject("core") / assembly / fullClasspath).value.map(_.data).toSet
      (assembly / fullClasspath).value.filter(entry => below(entry.data) || isOf(FromSpark)(entry))
    }
  )

  /** Spark NLP, its libraries and the modules that need it, without what the jars above hold. */
  val sparkNlp: Seq[Setting[_]] =
    jar(scala => s"vitscale-sparknlp_$scala") ++ modules("sparknlp", "benchSparkNlp") ++ Seq(
      assembly / assemblyExcludedJars := {
        val below = (LocalProject("spark") / assembly / fullClasspath).value.map(_.data).toSet
        (assembly / fullClasspath).value.filter(entry => below(entry.data) || isOf(FromSpark)(entry))
      }
    )

  /** The JVM benchmark alone. */
  val bench: Seq[Setting[_]] = jar(scala => s"vitscale-bench_$scala") ++ modules("bench") ++ Seq(
    assembly / assemblyExcludedJars := (assembly / fullClasspath).value.filter(
      _.data.getName.endsWith(".jar")
    )
  )

  /** Spark has these on its own class path. */
  private val FromSpark =
    Set(
      "com.fasterxml.jackson.core",
      "com.fasterxml.jackson.module",
      "com.thoughtworks.paranamer",
      "org.scala-lang.modules",
      "org.tukaani",
      "io.airlift"
    )

  /** Spark NLP's graphs and data for training text models in TensorFlow: 35 MB that no image needs. */
  private object TextModels {
    private val pattern = "((multi-)?classifier-dl|sentiment-dl|spell_nlm|audio)/.*|ner-dl/.*\\.pb".r.pattern

    def matches(path: String): Boolean = pattern.matcher(path).matches
  }

  private def isOf(organizations: Set[String])(entry: Attributed[File]): Boolean =
    entry.get(moduleID.key).exists(module => organizations(module.organization))

  private def isJava(entry: Attributed[File]): Boolean =
    !entry.data.isDirectory && !isOf(FromSpark)(entry) &&
      entry.get(moduleID.key).exists(module => !module.name.matches(".*_2\\.1[23]"))

  /** The classes of some modules; those of others stand in their own jars. */
  private def modules(own: String*): Seq[Setting[_]] = Seq(
    assembly / fullClasspath := {
      val classes = own.map(name => LocalProject(name) / Compile / products).join.value.flatten.toSet
      (assembly / fullClasspath).value.filter(entry => !entry.data.isDirectory || classes(entry.data))
    }
  )

  /** @param name
    *   from the binary version of Scala
    */
  private def jar(name: String => String): Seq[Setting[_]] = Seq(
    assembly / assemblyOutputPath :=
      (ThisBuild / baseDirectory).value / "python/src/vitscale/jars" / s"${name(scalaBinaryVersion.value)}.jar",
    assembly / assemblyOption ~= (_.withIncludeScala(false)),
    assembly / test := {},
    assembly / assemblyMergeStrategy := {
      case path if !Platform.chosen.keeps(path) || TextModels.matches(path) => MergeStrategy.discard
      case PathList("META-INF", "services", _*) => MergeStrategy.filterDistinctLines
      case PathList("META-INF", "maven", "org.bytedeco", _*) =>
        MergeStrategy.first // JavaCPP reads versions there
      case PathList("META-INF", _*) => MergeStrategy.discard
      case PathList("module-info.class") => MergeStrategy.discard
      case PathList("org", "bytedeco", "dnnl", _, "include" | "lib", _*) => MergeStrategy.discard // for C++
      case _ => MergeStrategy.first
    }
  )
}
