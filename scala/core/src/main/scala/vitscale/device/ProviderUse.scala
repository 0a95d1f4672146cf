package vitscale.device

import java.nio.file.Path

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.json.JsonMapper

import vitscale.DeviceException

/** Which of ONNX Runtime's providers really ran the nodes of a graph, as its own profile of one forward pass has it.
  *
  * @param nodes
  *   nodes run, by provider
  * @param cpuOperators
  *   operators that the processor ran, each once, by name
  * @param cpuWork
  *   those among them that gave more than shapes
  */
final case class ProviderUse(nodes: Map[String, Int], cpuOperators: Seq[String], cpuWork: Seq[String]) {

  /** @throws vitscale.DeviceException
    *   if any of the model's own arithmetic ran on the processor
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

  /** ONNX Runtime leaves the arithmetic on shapes to the processor on purpose: results of a few numbers, in bytes. What a
    * layer of ViT-base gives for an image is 600 KB; what may belong to one token alone, 3 KB, is not worth a refusal.
    */
  private val LargestShape = 4096L

  private val json = JsonMapper.builder().build()

  /** @param profile
    *   what ONNX Runtime's profiler wrote in the format of Chrome's traces
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
