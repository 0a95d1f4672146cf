package vitscale.job.input

import vitscale.job.output.Counters
import vitscale.job.records.Ignored

/** What there is to do now.
  *
  * @param files
  *   all images that were named, those done before included
  * @param before
  *   of these, how many are done
  */
final case class Input(source: ImageSource, files: Long, before: Counters.Counts, ignored: Ignored)
