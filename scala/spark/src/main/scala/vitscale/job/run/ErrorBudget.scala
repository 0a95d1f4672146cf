package vitscale.job.run

import vitscale.UsageException

/** The largest number of images that may fail before a run stops. */
sealed trait ErrorBudget {

  /** @param files
    *   all files of the run
    */
  def isExceeded(failed: Long, files: Long): Boolean
}

object ErrorBudget {

  case object Unlimited extends ErrorBudget {
    override def isExceeded(failed: Long, files: Long): Boolean = false
    override def toString: String = "no limit"
  }

  final case class AtMost(images: Long) extends ErrorBudget {
    override def isExceeded(failed: Long, files: Long): Boolean = failed > images
    override def toString: String = images.toString
  }

  /** A share of all files of the run. The run stops when the number of failed files exceeds it. */
  final case class Share(percent: Double) extends ErrorBudget {
    override def isExceeded(failed: Long, files: Long): Boolean = failed * 100.0 > percent * files
    override def toString: String = s"${BigDecimal(percent).bigDecimal.stripTrailingZeros.toPlainString}%"
  }

  private val Percent = "(\\d+(?:\\.\\d+)?)%".r
  private val Number = "(\\d{1,18})".r

  /** @throws vitscale.UsageException
    *   unless it is a whole number, or a percentage like `0.5%`
    */
  def parse(text: String): ErrorBudget = text match {
    case Percent(value) if value.toDouble <= 100 => Share(value.toDouble)
    case Number(value) => AtMost(value.toLong)
    case _ =>
      throw new UsageException(
        s"--max-failed is $text; expected a number of images, or a percentage like 0.5%."
      )
  }
}
