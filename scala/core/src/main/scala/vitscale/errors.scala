package vitscale

/** A failure whose message is written for the user: what happened, the values found and expected, what to do next.
  *
  * @param exitCode
  *   exit status of the command line: 1 failed, 2 usage
  */
sealed abstract class VitscaleException(message: String, cause: Throwable, val exitCode: Int)
    extends RuntimeException(message, cause)

/** A wrong argument: an unknown option, a batch size of 0, a missing folder. */
final class UsageException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 2)

object UsageException {

  /** The error of a model that is used after its `close`. */
  private[vitscale] def closedModel = new UsageException("This model was closed; open it again.")
}

/** A model folder that lacks a file, or a model that contradicts its own configuration. */
final class ModelException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** An image that cannot be read, or that is refused before it is decoded. */
final class ImageException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** An output path that cannot be written. */
final class OutputException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** A requested device that cannot be used. No other device replaces it silently. */
final class DeviceException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** A request that was rejected because the queue is full. Try it again later. */
final class QueueFullException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)

/** A request to a batcher that was closed, or that was closed before the request's turn. */
final class BatcherClosedException(message: String, cause: Throwable = null)
    extends VitscaleException(message, cause, 1)
