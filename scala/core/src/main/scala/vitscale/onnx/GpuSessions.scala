package vitscale.onnx

import java.nio.file.Path

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.{OrtEnvironment, OrtSession}

import vitscale.NativePath
import vitscale.device.ProviderUse

/** Opens a graph on GPUs, with one session on each. */
private[onnx] object GpuSessions {

  /** Open the sessions.
    *
    * @param firstPass
    *   runs a session once with a small batch, which is profiled
    * @return
    *   a session for each id, with the providers that ran it
    * @throws vitscale.DeviceException
    *   if a GPU cannot be used, or the CPU runs a part of the model
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
      settings.setIntraOpNumThreads(1) // the CPU runs only arithmetic on shapes
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
