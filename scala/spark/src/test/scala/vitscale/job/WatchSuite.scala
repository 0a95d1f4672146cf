package vitscale.job

import java.nio.file.attribute.FileTime
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.Ledger
import vitscale.job.run.StopSignal

/** The job that classifies files as they arrive. */
class WatchSuite extends AnyFunSuite with NumberedImages {

  test("watching goes on as files arrive, until it is stopped") {
    withFolder { folder =>
      val images = folder.resolve("images")
      write(images, 0 until 5)
      settle(images)
      val stop = new StopSignal
      var ledger: Option[Ledger] = None
      val watcher = new Thread(() =>
        ledger = Some(run(options(images.toString, s"$folder/out").copy(watch = true, pollSeconds = 1), stop))
      )
      watcher.start()
      waitFor(folder, 5)
      write(images, 5 until 12)
      settle(images)
      waitFor(folder, 12)
      stop.request()
      watcher.join(60000)
      assert(
        ledger.exists(l => l.status == Ledger.Interrupted && l.exitCode == 130 && l.thisRun.predicted == 12)
      )
      assertRightLabels(s"$folder/out", 0 until 12)
    }
  }

  /** Makes files look old enough to be whole. */
  private def settle(folder: Path): Unit =
    Files.list(folder).iterator().asScala.foreach { file =>
      Files.setLastModifiedTime(
        file,
        FileTime.fromMillis(System.currentTimeMillis() - 60000)
      )
    }

  private def waitFor(folder: Path, rows: Long): Unit = {
    val deadline = System.currentTimeMillis() + 60000
    val table = folder.resolve("out/predictions")
    def there: Long =
      if (!Files.isDirectory(table) || Files.list(table).count() == 0) 0
      else spark.read.parquet(table.toString).count()
    while (there < rows) {
      assert(System.currentTimeMillis() < deadline, s"$rows rows did not come")
      Thread.sleep(200)
    }
  }
}
