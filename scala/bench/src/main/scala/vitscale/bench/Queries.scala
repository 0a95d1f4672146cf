package vitscale.bench

/** One pass of the scenario single-stream: each query starts when the previous one has ended. */
final class Queries(backend: Backend, images: ImageFolder) extends Predictions {

  private val answers: Seq[(Double, Option[FailedImage])] = images.files.map { file =>
    val start = System.nanoTime()
    val failure = backend.query(file)
    ((System.nanoTime() - start) / 1e6, failure.map(FailedImage(images.relative(file), _)))
  }

  /** Milliseconds of each query that got a prediction, in order. */
  def latenciesMs: Seq[Double] = answers.collect { case (milliseconds, None) => milliseconds }

  override def count: Long = latenciesMs.size.toLong

  override def failed: Seq[FailedImage] = answers.flatMap(_._2)
}
