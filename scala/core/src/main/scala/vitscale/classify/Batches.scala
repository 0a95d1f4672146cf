package vitscale.classify

/** Cuts a stream of images into batches for several workers. */
private[classify] object Batches {

  /** Full batches while there are enough images to keep every worker busy; the rest is divided among
    * them, so that none idles while another works on the last full batch.
    *
    * @param size
    *   images of a full batch
    * @param workers
    *   batches at work at a time
    */
  def of[A](images: Iterator[A], size: Int, workers: Int): Iterator[Seq[A]] = {
    val round = math.min(size.toLong * workers, Int.MaxValue.toLong).toInt
    images.grouped(round).flatMap { group =>
      val share = (group.size + workers - 1) / workers
      group.grouped(math.min(size, share))
    }
  }
}
