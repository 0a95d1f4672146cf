package vitscale.device

import java.nio.file.Path

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.json.JsonMapper

import vitscale.DeviceException

/** The execution providers that ran the nodes of a graph, from ONNX Runtime's profile of one forward pass.
  *
  * @param nodes
  *   number of nodes by provider
  * @param cpuOperators
  *   distinct names of the operators that the CPU ran
  * @param cpuWork
  *   those operators whose results are more than shapes
  */
final case class ProviderUse(nodes: Map[String, Int], cpuOperators: Seq[String], cpuWork: Seq[String]) {

  /** Check that a GPU ran the model.
    *
    * @throws vitscale.DeviceException
    *   if the CPU ran any of the model's arithmetic
    */
  def requireGpu(graph: Path): Unit = {
    val onGpu = nodes.getOrElse(ProviderUse.Cuda, 0)
    if (onGpu == 0 || cpuWork.nonEmpty) {
      val counts = nodes.toSeq.sorted.map { case (provider, count) => s"$provider $count" }.mkString(", ")
      throw new DeviceException(
        s"The GPU does not run all of $graph: nodes by provider: $counts; on the CPU: ${cpuWork.mkString(", ")}. " +
          "Operators of int8 have no CUDA kernel: choose --precision fp32 or fp16."
      )
    }
  }
}

object ProviderUse {

  val Cuda = "CUDAExecutionProvider"
  private val Cpu = "CPUExecutionProvider"

  /** Largest result of arithmetic on shapes, in bytes. ONNX Runtime runs such arithmetic on the CPU on purpose. The output of
    * a layer of ViT-base for one image has 600 KB, and that of one token 3 KB, which is accepted.
    */
  private val LargestShape = 4096L

  private val json = JsonMapper.builder().build()

  /** @param profile
    *   profile of ONNX Runtime, in the format of Chrome's traces
    */
  def read(profile: Path): ProviderUse = of(json.readTree(profile.toFile).elements().asScala.toIndexedSeq)

  /** An event for each node that was run names its provider, its operator, and the bytes of its results. */
  private def of(events: Seq[JsonNode]): ProviderUse = {
    val runs =
      events.filter(event => event.path("cat").asText == "Node" && event.path("args").has("provider"))
    val onCpu = runs.filter(provider(_) == Cpu)
    ProviderUse(
      runs.groupBy(provider).map { case (name, nodes) => name -> nodes.size },
      operators(onCpu),
      operators(onCpu.filter(_.path("args").path("output_size").asLong > LargestShape))
    )
  }

  private def provider(event: JsonNode): String = event.path("args").path("provider").asText

  private def operators(events: Seq[JsonNode]): Seq[String] =
    events.map(_.path("args").path("op_name").asText).distinct.sorted
}
