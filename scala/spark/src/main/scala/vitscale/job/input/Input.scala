package vitscale.job.input

import vitscale.job.output.Counters
import vitscale.job.records.{Ignored, TableVersion}

/** The result of one listing.
  *
  * @param files
  *   number of all chosen images of the input, including those of earlier runs
  * @param before
  *   number of these images that have a row, and of the images that were not chosen
  * @param tables
  *   tables that were read, with their versions
  */
final case class Input(
    source: ImageSource,
    files: Long,
    before: Counters.Counts,
    ignored: Ignored,
    tables: Seq[TableVersion] = Seq.empty
)
