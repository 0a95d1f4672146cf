package vitscale

/** Files in, predictions and quarantine out, and a ledger that says what became of every file.
  *
  * ==How nothing is lost or done twice==
  *
  *   - '''Executors write nothing.''' A task reads a few files, classifies them and sends its rows to the driver, which
  *     alone writes. A task that is retried, lost with its executor, or run twice by speculation leaves no trace: Spark
  *     hands over one result for each.
  *   - '''The rows that can be seen are the only state.''' A file is done if its path stands in `predictions/` or
  *     `quarantine/`. There is no second record that could say something else, so a kill at any moment needs no repair:
  *     the next run reads these paths and does what is not among them.
  *   - '''Rows appear whole parts at a time.''' A part is written and flushed to the disk under `_vitscale/staging/`, and
  *     renamed to its place in one step. Names that start with `_` are invisible to Spark, pandas and their kin.
  *   - '''One driver at a time.''' See [[vitscale.job.output.WriterLease]]: a second driver is refused; one that takes over from a dead driver
  *     first takes away the staging folder that the other would rename from.
  *   - '''One model, one preparation of pixels.''' See [[vitscale.job.output.RunKey]].
  */
package object job
