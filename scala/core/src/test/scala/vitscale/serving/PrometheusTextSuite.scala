package vitscale.serving

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.FakeDevice
import vitscale.serving.FakeService._

class PrometheusTextSuite extends AnyFunSuite {

  private def numbers(text: String): Map[String, Double] =
    text.linesIterator
      .filterNot(_.startsWith("#"))
      .map { line =>
        val cut = line.lastIndexOf(' ')
        line.take(cut) -> line.drop(cut + 1).toDouble
      }
      .toMap

  test("the text has each outcome, the queue, and histograms of batches and times") {
    withBatcher(new FakeDevice(quick), BatcherOptions(maxQueueSize = 9)) { batcher =>
      (0 until 5).map(id => batcher.classify(image(id), 1)).foreach(outcome)
      outcome(batcher.classify(broken(9), 1))
      val text = batcher.metrics.prometheusText
      val found = numbers(text)
      assert(found("""vitscale_requests_total{outcome="completed"}""") == 5)
      assert(found("""vitscale_requests_total{outcome="image_error"}""") == 1)
      assert(found("""vitscale_requests_total{outcome="rejected"}""") == 0)
      assert(found("vitscale_queue_limit") == 9 && found("vitscale_queue_length") == 0)
      assert(found("vitscale_batch_size_sum") == 5)
      assert(found("""vitscale_stage_duration_seconds_count{stage="decode"}""") == 6)
      assert(found("""vitscale_request_duration_seconds_bucket{le="+Inf"}""") == 5)
      assert(text.endsWith("\n"))
    }
  }

  test("buckets are cumulative, and a value on a bound counts below it") {
    val histogram = Histogram.ofImages()
    Seq(1.0, 2.0, 2.0, 3.0, 1000.0).foreach(histogram.record)
    val values = histogram.snapshot
    assert(values.counts.toSeq == Seq(1, 2, 1, 0, 0, 0, 0, 0, 1))
    assert(values.count == 5 && values.mean == 1008.0 / 5)
  }
}
