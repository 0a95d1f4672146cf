package vitscale.device

/** The evidence that a run used its GPUs, with the fields of `schema/results-v1.json` (there in snake case).
  *
  * @param asked
  *   the requested device
  * @param ids
  *   the GPUs
  * @param providers
  *   nodes of the graph that each of ONNX Runtime's providers ran in one pass, over all GPUs
  * @param cpuOperators
  *   operators that the CPU ran; only arithmetic on shapes is accepted
  * @param source
  *   the session that was profiled
  */
final case class DeviceUse(
    asked: String,
    ids: Seq[Int],
    providers: Map[String, Int],
    cpuOperators: Seq[String],
    source: String
)

object DeviceUse {

  /** The session in use, or one of the same file and settings if the session in use is not accessible. */
  val ThisSession = "session"
  val EqualSession = "equal session"

  private[vitscale] def of(
      device: Device,
      uses: Seq[ProviderUse],
      source: String = ThisSession
  ): Option[DeviceUse] = device match {
    case Device.Cpu => None
    case Device.Gpu(ids) =>
      val nodes =
        uses.flatMap(_.nodes).groupBy(_._1).map { case (name, counts) => name -> counts.map(_._2).sum }
      Some(DeviceUse(device.name, ids, nodes, uses.flatMap(_.cpuOperators).distinct.sorted, source))
  }
}
