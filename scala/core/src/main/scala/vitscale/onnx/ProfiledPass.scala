package vitscale.onnx

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import ai.onnxruntime.OrtSession
import ai.onnxruntime.OrtSession.SessionOptions

import vitscale.device.ProviderUse

/** Profiles the first pass of a session with ONNX Runtime's profiler, which is off afterwards. The evidence is therefore from
  * the same session that runs later.
  */
private[vitscale] object ProfiledPass {

  /** Opens a session and lets it make one pass.
    *
    * @param settings
    *   those of the session; the profiler is added to them
    * @param open
    *   makes the session
    * @param pass
    *   runs it once
    */
  def apply(settings: SessionOptions)(open: SessionOptions => OrtSession)(
      pass: OrtSession => Unit
  ): (OrtSession, ProviderUse) = {
    val folder = Files.createTempDirectory("vitscale-profile-")
    try {
      settings.enableProfiling(folder.resolve("pass").toString)
      val session = open(settings)
      try {
        pass(session)
        (session, ProviderUse.read(Paths.get(session.endProfiling())))
      } catch {
        case error: Throwable =>
          session.close()
          throw error
      }
    } finally delete(folder)
  }

  /** The profiler writes files and no folders. */
  private def delete(folder: Path): Unit = {
    val files = Files.list(folder)
    try files.iterator.asScala.foreach(Files.delete)
    finally files.close()
    Files.delete(folder)
  }
}
