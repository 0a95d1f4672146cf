package vitscale.bench

import org.apache.spark.sql.SparkSession

/** The Spark session of the benchmark, with the settings that Spark NLP's own `sparknlp.start()` makes. */
object BenchmarkSession {

  def start(master: String, threads: Option[Int]): SparkSession = {
    val builder = SparkSession
      .builder()
      .appName("vitscale")
      .master(master)
      .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
      .config("spark.kryoserializer.buffer.max", "2000M")
      .config("spark.driver.maxResultSize", "0")
      .config("spark.driver.host", "127.0.0.1")
      .config("spark.driver.bindAddress", "127.0.0.1")
      .config("spark.ui.enabled", "false")
      .config("spark.ui.showConsoleProgress", (System.console() != null).toString)
    threads
      .fold(builder)(count => builder.config("spark.jsl.settings.onnx.intraOpNumThreads", count.toLong))
      .getOrCreate()
  }
}
