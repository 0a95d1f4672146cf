package vitscale

/** A failure whose message is written for the user: what happened, what was got and expected, what to do.
  *
  * @param exitCode
  *   exit status of the command line: 1 failed, 2 usage
  */
sealed abstract class VitscaleException(message: String, cause: Throwable, val exitCode: Int)
    extends RuntimeException(message, cause)

/** An argument that cannot be right: an unknown option, a batch size of 0, a folder that is not there. */
final class UsageException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 2)

/** A model folder that lacks a file, or a model that does not fit its own description. */
final class ModelException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** An image that cannot be read, or that is refused before it is decoded. */
final class ImageException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** A place that cannot be written. */
final class OutputException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** A processor or a GPU that was asked for and cannot be used: nothing else takes its place in silence. */
final class DeviceException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)
