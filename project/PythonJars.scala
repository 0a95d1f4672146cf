import sbt._
import sbt.Keys._
import sbtassembly.AssemblyKeys._
import sbtassembly.{Assembly, MergeStrategy, PathList}

/** The jars that the Python packages carry. None of them holds Spark, Scala or what Spark's installation brings, and
  * each holds the native libraries of one platform, unless `-Dplatform=all` asks for those of all.
  */
object PythonJars {

  /** The engine, the Spark stages and the job with the libraries that Spark lacks. */
  val vitscale: Seq[Setting[_]] = jar("vitscale") ++ Seq(
    assembly / assemblyExcludedJars := (assembly / fullClasspath).value.filter(isOf(FromSpark))
  )

  /** Spark NLP and its libraries, without what `vitscale.jar` holds. */
  val sparkNlp: Seq[Setting[_]] = jar("vitscale-sparknlp") ++ withoutModules ++ Seq(
    assembly / assemblyExcludedJars := {
      val below = (LocalProject("spark") / assembly / fullClasspath).value.map(_.data).toSet
      (assembly / fullClasspath).value.filter(entry => below(entry.data) || isOf(FromSpark)(entry))
    }
  )

  /** The JVM benchmark alone. */
  val bench: Seq[Setting[_]] = jar("vitscale-bench") ++ withoutModules ++ Seq(
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

  /** Classes of other modules stand in their own jars. */
  private def withoutModules: Seq[Setting[_]] = Seq(
    assembly / fullClasspath := {
      val own = (Compile / products).value.toSet
      (assembly / fullClasspath).value.filter(entry => !entry.data.isDirectory || own(entry.data))
    }
  )

  private def jar(name: String): Seq[Setting[_]] = Seq(
    assembly / assemblyOutputPath :=
      (ThisBuild / baseDirectory).value / "python/src/vitscale/jars" / s"$name.jar",
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
