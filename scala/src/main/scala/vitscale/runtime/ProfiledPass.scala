package vitscale.runtime

import java.nio.file.{Files, Paths}

import ai.onnxruntime.OrtSession
import ai.onnxruntime.OrtSession.SessionOptions
import org.apache.commons.io.FileUtils

/** Looks at a session's first pass with ONNX Runtime's own profiler, which is off afterwards: the very session that is used
  * later tells what ran it.
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
    } finally FileUtils.deleteDirectory(folder.toFile)
  }
}
