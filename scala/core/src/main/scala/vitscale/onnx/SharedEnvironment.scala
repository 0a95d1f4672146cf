package vitscale.onnx

import scala.util.control.NonFatal

import ai.onnxruntime.{OrtEnvironment, OrtLoggingLevel}

/** ONNX Runtime's environment, of which a process has one.
  *
  * ONNX Runtime frees it in a shutdown hook of its own. Hooks run at the same time, so a program that answers its last
  * requests in a hook, or Spark that still ends its tasks, would compute with freed memory and crash the JVM
  * (microsoft/onnxruntime issue 31352). The native environment counts its owners: one more of them keeps it until the
  * process ends.
  */
private[vitscale] object SharedEnvironment {

  /** The environment, which outlives the shutdown hooks. */
  lazy val get: OrtEnvironment = {
    val environment = OrtEnvironment.getEnvironment
    keepUntilExit()
    environment
  }

  /** Java's interface has no method for a further owner, only the native one behind its constructor. Where that one is
    * not accessible, ONNX Runtime behaves as it does without ViTScale.
    */
  private def keepUntilExit(): Unit =
    try {
      val handle = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle")
      handle.setAccessible(true)
      val own = classOf[OrtEnvironment]
        .getDeclaredMethod("createHandle", classOf[Long], classOf[Int], classOf[String])
      own.setAccessible(true)
      val warnings = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue
      val _ = own.invoke(null, handle.get(null), Int.box(warnings), "vitscale")
    } catch { case NonFatal(_) => () }
}
