package vitscale.device

/** What a run on a GPU shows for it, field for field as `schema/results-v1.json` has it (there in snake case).
  *
  * @param asked
  *   the device that was asked for
  * @param ids
  *   the GPUs
  * @param providers
  *   nodes of the graph that each of ONNX Runtime's providers ran in one pass, over all GPUs
  * @param cpuOperators
  *   what the processor ran: arithmetic on shapes alone, or the model is refused
  * @param source
  *   whose profile it is
  */
final case class DeviceUse(
    asked: String,
    ids: Seq[Int],
    providers: Map[String, Int],
    cpuOperators: Seq[String],
    source: String
)

object DeviceUse {

  /** The session that is used, or one of the same file and settings where that cannot be looked into. */
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
