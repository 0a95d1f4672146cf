package vitscale.ml

import java.nio.file.Files

import scala.jdk.CollectionConverters._
import scala.collection.mutable

import org.apache.spark.scheduler.{SparkListener, SparkListenerStageCompleted}
import org.apache.spark.vitscale.ClassifierSource
import org.scalatest.Assertion
import org.scalatest.concurrent.Eventually
import org.scalatest.funsuite.AnyFunSuite
import org.scalatest.time.{Seconds, Span}

import vitscale.job.LocalJobs
import vitscale.job.run.JobOptions
import vitscale.{TestImages, TinyModel}

class SparkMetricsSuite extends AnyFunSuite with LocalJobs with Eventually {

  implicit override val patienceConfig: PatienceConfig = PatienceConfig(Span(10, Seconds))

  /** Largest number of tasks in which a test classifies. */
  private val Tasks = 6

  private val images = (0 until 5).map(TestImages.jpeg) :+ TestImages.garbage

  /** The meters and counters of the executor's source, by name. */
  private def metrics: Map[String, Long] = {
    val registry = ClassifierSource.here.metricRegistry
    registry.getMeters.asScala.toMap.map { case (name, meter) => name -> meter.getCount } ++
      registry.getCounters.asScala.toMap.map { case (name, counter) => name -> counter.getCount }
  }

  /** The accumulators of this project in the stages of some work, and what the work added to the metrics. */
  private def observe(work: => Any): (Map[String, Long], Map[String, Long]) = {
    val seen = mutable.Map.empty[String, Long].withDefaultValue(0L)
    val listener = new SparkListener {
      override def onStageCompleted(ended: SparkListenerStageCompleted): Unit = seen.synchronized {
        for {
          one <- ended.stageInfo.accumulables.values
          name <- one.name if name.startsWith("vitscale")
          value <- one.value
        } seen(name) = math.max(seen(name), value.toString.toLong)
      }
    }
    val before = metrics
    spark.sparkContext.addSparkListener(listener)
    try {
      work
      eventually {
        val counted = seen.synchronized(seen("vitscale: images classified") + seen("vitscale: images failed"))
        assert(counted == images.size)
      }
    } finally spark.sparkContext.removeSparkListener(listener)
    (seen.synchronized(seen.toMap), metrics.map { case (name, count) => name -> (count - before(name)) })
  }

  private def check(accumulators: Map[String, Long], metrics: Map[String, Long]): Assertion = {
    assert(accumulators("vitscale: images classified") == 5)
    assert(accumulators("vitscale: images failed") == 1)
    assert(metrics("images") == 5 && metrics("failed") == 1)
    Seq("decode", "preprocess", "forward", "score").foreach { stage =>
      assert(metrics(s"${stage}TimeNs") > 0, stage)
      // Each task rounds its milliseconds down.
      val millis = metrics(s"${stage}TimeNs") / 1e6
      val shown = accumulators(s"vitscale: $stage time (ms)").toDouble
      assert(shown <= millis && shown > millis - Tasks, stage)
    }
    succeed
  }

  test("a stage reports images, failures and times") {
    val session = spark
    import session.implicits._
    val stage = new ViTImageClassifier().setModelPath(TinyModel.path.toString)
    val frame = stage.transform(images.toDF("content").repartition(2))
    val (accumulators, counted) = observe(frame.collect())
    check(accumulators, counted)
  }

  test("a job reports images, failures and times") {
    val folder = Files.createTempDirectory("vitscale-metrics-")
    images.zipWithIndex.foreach { case (bytes, index) => Files.write(folder.resolve(s"$index.jpg"), bytes) }
    val options = JobOptions(
      images = Seq(folder.toString),
      model = TinyModel.path.toString,
      output = Files.createTempDirectory("vitscale-metrics-out-").resolve("out").toString
    )
    val (accumulators, counted) = observe(run(options))
    check(accumulators, counted)
  }

  test("the source is registered once with Spark's metrics system, under its name") {
    assert(ClassifierSource.here eq ClassifierSource.here)
    assert(ClassifierSource.here.sourceName == "vitscale")
  }
}
