package vitscale

/** The classification job: it reads files, and writes predictions, a quarantine and a ledger that counts every file.
  *
  * ==How no image is lost or classified twice==
  *
  *   - '''Executors write nothing.''' A task reads a few files, classifies them and sends its rows to the driver, which is
  *     the only writer. A task that is retried, lost with its executor, or run twice by speculation has no side effect:
  *     Spark returns one result per task.
  *   - '''The visible rows are the only state.''' A file is done if its path is in `predictions/` or `quarantine/`. There is
  *     no second record that could disagree, so a killed run needs no repair: the next run reads these paths and classifies
  *     all other files.
  *   - '''Commits are atomic.''' A part is written and flushed to the disk under `_vitscale/staging/`, and then renamed in
  *     one step. Spark, pandas and similar readers ignore names that start with `_`.
  *   - '''One driver at a time.''' See [[vitscale.job.output.WriterLease]]: a second driver is refused; one that takes over from a dead driver
  *     first takes away the staging folder that the other would rename from.
  *   - '''One model, one preparation of pixels.''' See [[vitscale.job.output.RunKey]].
  */
package object job
