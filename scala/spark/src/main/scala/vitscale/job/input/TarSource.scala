package vitscale.job.input

import org.apache.spark.SparkContext

import vitscale.job.output.Counters
import vitscale.job.records.{FileEntry, Ignored, ReadFailure, ReadImage, Stage}

/** Tar shards, as WebDataset writes them: one image per member. */
final private[job] class TarSource(context: SparkContext, rules: ListingRules, reading: Reading) {

  /** Inspect shards. A damaged shard counts as one failed image; its members before the damage are classified. */
  def open(shards: Seq[FileEntry], ignored: Ignored): Input = {
    val (settings, members) = (reading, TarRules(rules))
    val surveys =
      PieceSource.inTasks(context, shards)(shard => shard -> TarSource.survey(shard, members, settings))
    val bad = surveys.flatMap { case (shard, (stage, found)) =>
      found.problem.map(reason => ReadImage(shard.path, shard.size, Left(ReadFailure(stage, reason))))
    }
    val found = surveys.map(_._2._2)
    val before =
      (found.map(_.before) ++ bad.map(image => reading.done.counts(image.path)))
        .foldLeft(Counters.nothing)(_ + _)
    val unread = bad.filterNot(image => reading.done.contains(image.path))
    val pieces = (found.flatMap(_.pieces) :+ Unreadable(unread)).filter(_.waiting > 0)
    Input(
      new PieceSource(context, pieces, reading),
      before.sum + pieces.map(_.waiting).sum,
      before,
      found.map(_.ignored).foldLeft(ignored)(_ + _)
    )
  }
}

private object TarSource {

  private def survey(shard: FileEntry, members: TarRules, settings: Reading): (String, TarSurvey) =
    shard.problem match {
      case Some(problem) => Stage.List -> TarSurvey(Seq.empty, Counters.nothing, Ignored.none, Some(problem))
      case None => Stage.Read -> TarSurvey.of(shard, members, settings)
    }
}
