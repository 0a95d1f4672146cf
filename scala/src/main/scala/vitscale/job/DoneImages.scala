package vitscale.job

/** The images that have a row in the output, and so are done. */
final class DoneImages(output: OutputFolder) {

  val predicted: Fingerprints = read(Tables.Predictions)
  val quarantined: Fingerprints = read(Tables.Quarantine)

  /** Images that are done: with rows that are right, none stands in both tables. */
  def size: Long = predicted.size.toLong + quarantined.size

  def add(committed: Seq[Outcome]): Unit = committed.foreach {
    case one: Predicted => predicted.add(one.path)
    case one: Quarantined => quarantined.add(one.path)
  }

  private def read(table: String): Fingerprints = {
    val found = new Fingerprints
    output.paths(table).foreach(found.add)
    found
  }
}
