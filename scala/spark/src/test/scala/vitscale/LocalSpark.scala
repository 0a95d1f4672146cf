package vitscale

import java.nio.file.{Files, Paths}

import org.apache.spark.SparkConf
import org.apache.spark.sql.SparkSession
import org.scalatest.{BeforeAndAfterAll, Suite}

import vitscale.job.output.TableFormat

/** A real Spark with two task slots, one for all suites of the JVM. */
trait LocalSpark extends BeforeAndAfterAll { this: Suite =>

  System.setProperty("vitscale.cache", "none") // tests leave nothing in the user's folder

  private def temporary = Paths.get(System.getProperty("java.io.tmpdir"))

  lazy val spark: SparkSession = SparkSession
    .builder()
    .master("local[2]")
    .appName("vitscale-test")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.hadoop.fs.plain.impl", classOf[PlainFiles].getName)
    .config("spark.hadoop.fs.viewfs.mounttable.tests.link./temporary", temporary.toUri.toString)
    .config("spark.hadoop.fs.viewfs.mounttable.tests.link./objects", s"plain://$temporary")
    .config("spark.sql.shuffle.partitions", "2")
    .config(new SparkConf().setAll(TableFormat.open.flatMap(_.settings)))
    .config("spark.sql.warehouse.dir", Files.createTempDirectory("vitscale-warehouse-").toString)
    .getOrCreate()
}

object LocalSpark {

  /** The folder of temporary files under a scheme that is not `file:`, as HDFS or an object store has it. */
  val mounted = "viewfs://tests/temporary"

  /** The same folder as an object store has it, see [[PlainFiles]]. */
  val objects = "viewfs://tests/objects"
}
