package vitscale.onnx

import java.nio.file.Path

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.{OrtEnvironment, OrtSession}

import vitscale.NativePath
import vitscale.device.ProviderUse

/** Opens a graph on GPUs, a session on each. */
private[onnx] object GpuSessions {

  /** @param firstPass
    *   runs a session once, small; what ran it is looked at
    * @return
    *   a session for each id, and what ran it
    * @throws vitscale.DeviceException
    *   if a GPU cannot be used, or leaves part of the model to the processor
    * @throws ai.onnxruntime.OrtException
    *   if the graph cannot be loaded
    */
  def open(environment: OrtEnvironment, graph: Path, ids: Seq[Int])(
      firstPass: OrtSession => Unit
  ): Seq[(OrtSession, ProviderUse)] =
    ids.foldLeft(Seq.empty[(OrtSession, ProviderUse)]) { (opened, id) =>
      try opened :+ openOn(environment, graph, id)(firstPass)
      catch {
        case error: Throwable =>
          opened.foreach(_._1.close())
          throw error
      }
    }

  private def openOn(environment: OrtEnvironment, graph: Path, id: Int)(firstPass: OrtSession => Unit) = {
    val settings = new SessionOptions()
    try {
      settings.setIntraOpNumThreads(1) // nothing but shapes is left to the processor
      settings.setInterOpNumThreads(1)
      CudaProvider.addTo(settings, id)
      val (session, use) = CudaProvider.explained(id) {
        NativePath.using(graph)(file => ProfiledPass(settings)(environment.createSession(file, _))(firstPass))
      }
      try {
        use.requireGpu(graph)
        (session, use)
      } catch {
        case error: Throwable =>
          session.close()
          throw error
      }
    } finally settings.close()
  }
}
