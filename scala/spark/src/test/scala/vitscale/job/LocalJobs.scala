package vitscale.job

import java.nio.file.Path

import org.apache.hadoop.fs.{Path => HadoopPath}
import org.scalatest.Suite

import vitscale.LocalSpark
import vitscale.job.output.{HadoopStorage, Ledger, Storage}
import vitscale.job.run.{JobOptions, Progress, StopSignal}

/** The job, and the storage that it writes to, inside this process. */
trait LocalJobs extends LocalSpark { this: Suite =>

  protected def run(options: JobOptions, stop: StopSignal = new StopSignal): Ledger =
    new ClassifyJob(spark, options, stop, new Progress(_ => (), false, () => System.nanoTime() / 1e9)).run()

  /** A storage of a Hadoop file system, named as a local folder. */
  protected def hadoopStorage(root: String)(folder: Path): Storage =
    new HadoopStorage(new HadoopPath(s"$root/${folder.getFileName}"), spark.sparkContext.hadoopConfiguration)
}
