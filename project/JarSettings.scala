import sbt._
import sbt.Keys._
import sbtassembly.AssemblyKeys._
import sbtassembly.{MergeStrategy, PathList}

/** The one jar that Python carries: ViTScale, Spark NLP, ONNX Runtime and oneDNN, without Spark. */
object JarSettings {

  val all: Seq[Setting[_]] = Seq(
    assembly / assemblyOutputPath := baseDirectory.value / "python/src/vitscale/jars/vitscale.jar",
    assembly / assemblyOption ~= (_.withIncludeScala(false)),
    assembly / test := {},
    assembly / assemblyMergeStrategy := {
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
