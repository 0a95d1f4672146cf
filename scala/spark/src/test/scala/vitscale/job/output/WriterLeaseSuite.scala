package vitscale.job.output

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.stream.{Collectors, IntStream}

import scala.collection.mutable.ArrayBuffer
import scala.jdk.CollectionConverters._
import scala.util.{Failure, Success, Try}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.LocalJobs
import vitscale.{LocalSpark, OutputException, TemporaryFolder}

class OwnershipSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private def take(folder: Path, say: String => Unit = _ => ()): WriterLease =
    WriterLease.take(new LocalStorage(folder), say, staleSeconds = 2)

  private def leave(folder: Path, content: String): Path = {
    Files.createDirectories(folder.resolve(WriterLease.Folder))
    Files.write(folder.resolve(WriterLease.Folder).resolve("000000007"), content.getBytes(UTF_8))
  }

  test("a second driver is refused while the first one lives, and not after it") {
    withFolder { folder =>
      val first = take(folder)
      val refused = intercept[OutputException](take(folder))
      assert(refused.getMessage.contains(s"process ${ProcessHandle.current().pid} on this machine"))
      first.close()
      val second = take(folder)
      assert(second.number == first.number + 1)
      second.close()
    }
  }

  for (
    (where, storage) <- Seq[(String, Path => Storage)](
      "" -> (new LocalStorage(_)),
      ", also where several can create one file" -> hadoopStorage(LocalSpark.objects)
    )
  )
    test(s"of many who start at once, one gets it$where") {
      withFolder { folder =>
        val taken = IntStream
          .range(0, 6)
          .parallel()
          .mapToObj[Try[WriterLease]](_ => Try(WriterLease.take(storage(folder), _ => (), staleSeconds = 2)))
          .collect(Collectors.toList[Try[WriterLease]])
          .asScala
          .collect {
            case Success(lease) => lease
            case Failure(error) if !error.isInstanceOf[OutputException] => throw error
          }
        assert(taken.size == 1)
        taken.foreach(_.close())
      }
    }

  test("a driver that was killed on this machine is taken over from at once") {
    withFolder { folder =>
      val host = java.net.InetAddress.getLocalHost.getHostName
      val process = new ProcessBuilder("sleep", "0").start()
      process.waitFor()
      leave(folder, s"""{"host": "$host", "pid": ${process.pid}, "started": "2020-01-01T00:00:00Z"}""")
      // Its number may belong to another process by now.
      val own = ProcessHandle.current().pid
      leave(folder, s"""{"host": "$host", "pid": $own, "started": "2020-01-01T00:00:00Z"}""")
      val owner = take(folder, line => fail(line))
      assert(owner.number == 8)
      owner.close()
    }
  }

  test("a driver on another machine is watched: taken over from if it is still, refused if it moves") {
    withFolder { folder =>
      val file = leave(folder, """{"host": "elsewhere", "uptime_ms": 1}""")
      val said = ArrayBuffer.empty[String]
      take(folder, said += _).close()
      assert(said.head.contains("elsewhere"))
      Files.delete(folder.resolve(WriterLease.Folder).resolve("000000008"))
      val again = leave(folder, """{"host": "elsewhere", "uptime_ms": 1}""")
      assert(again == file)
      val mover = new Thread(() => {
        Thread.sleep(500)
        leave(folder, """{"host": "elsewhere", "uptime_ms": 2}""")
        ()
      })
      mover.start()
      assert(intercept[OutputException](take(folder)).getMessage.contains("elsewhere"))
      mover.join()
    }
  }
}
