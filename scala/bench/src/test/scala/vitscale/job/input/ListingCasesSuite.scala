package vitscale.job.input

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._
import scala.collection.mutable.ArrayBuffer
import scala.sys.process._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.scalatest.Assertion
import org.scalatest.funsuite.AnyFunSuite

import vitscale.bench.ImageFolder
import vitscale.job.records.{FileEntry, Ignored}
import vitscale.{LocalSpark, TemporaryFolder, UsageException}

/** The table of cases that Python's listing runs as well (`tests/unit/test_listing.py`). */
class ListingCasesSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val cases =
    new ObjectMapper().readTree(getClass.getResourceAsStream("/listing-cases.json")).elements.asScala.toSeq

  private def texts(node: JsonNode): Seq[String] =
    Option(node).toSeq.flatMap(_.elements.asScala.map(_.asText))

  private def entries(node: JsonNode): Map[String, JsonNode] =
    Option(node).toSeq.flatMap(_.fields.asScala.map(entry => entry.getKey -> entry.getValue)).toMap

  private def ignored(of: JsonNode): Ignored = Option(of.get("ignored")).fold(Ignored.none) { node =>
    val markers = entries(node.get("markers")).map { case (name, count) => name -> count.asLong }
    Ignored(node.get("other_names").asLong, node.get("hidden").asLong, markers)
  }

  private def withTree[A](of: JsonNode)(body: Path => A): A = withFolder { folder =>
    val root = Files.createDirectory(folder.resolve("tree"))
    texts(of.get("tree")).foreach { name =>
      val path = root.resolve(name)
      Files.createDirectories(if (name.endsWith("/")) path else path.getParent)
      if (!name.endsWith("/")) Files.write(path, Array[Byte](1, 2, 3))
    }
    entries(of.get("links")).foreach { case (name, to) =>
      Files.createSymbolicLink(root.resolve(name), Paths.get(to.asText))
    }
    val pipes = texts(of.get("pipes")).map(root.resolve)
    pipes.foreach(pipe => assert(Seq("mkfifo", pipe.toString).! == 0))
    try body(root)
    finally pipes.foreach(Files.delete(_)) // what deletes the folder would open them, and wait
  }

  private def named(of: JsonNode, prefix: String): Seq[String] =
    if (of.has("named")) texts(of.get("named")).map(name => s"$prefix/$name") else Seq(prefix)

  private def rules(of: JsonNode) = ListingRules(allFiles = of.path("all_files").asBoolean)

  private def list(of: JsonNode, prefix: String): (Seq[FileEntry], Ignored) = {
    val configuration = spark.sparkContext.hadoopConfiguration
    val found = ArrayBuffer.empty[FileEntry]
    val listing = new Listing(configuration, rules(of), None)
    val leftAside = listing.list(named(of, prefix))(found += _)
    (found.toSeq, leftAside)
  }

  private def check(of: JsonNode, prefix: String): Assertion =
    if (of.has("refused")) {
      val error = intercept[UsageException](list(of, prefix))
      assert(error.getMessage.contains(s"There is no folder or file $prefix/${of.get("refused").asText}"))
    } else {
      val (found, leftAside) = list(of, prefix)
      val (good, bad) = found.partition(listed => listed.problem.isEmpty && listed.size.isDefined)
      assert(good.map(_.path).sorted == texts(of.get("files")).map(name => s"$prefix/$name").sorted)
      assert(good.forall(_.size.contains(3L)))
      // A dead link has no problem before it is read.
      val problems = entries(of.get("problems"))
      assert(bad.map(_.path).toSet == problems.keySet.map(name => s"$prefix/$name"))
      for (one <- bad; problem <- one.problem)
        assert(problem.contains(problems(one.path.drop(prefix.length + 1)).asText))
      assert(leftAside == ignored(of))
    }

  for (one <- cases) {
    val name = one.get("name").asText

    test(s"local: $name")(withTree(one)(root => check(one, root.toString)))

    if (!one.has("links") && !one.has("pipes")) // which Hadoop's file systems do not have
      test(s"Hadoop: $name") {
        withTree(one) { root =>
          val below = Paths.get(System.getProperty("java.io.tmpdir")).relativize(root)
          check(one, s"${LocalSpark.mounted}/$below")
        }
      }

    if (!one.has("named"))
      test(s"benchmark: $name") {
        withTree(one) { root =>
          val images = ImageFolder.open(root, allFiles = rules(one).allFiles)
          assert(images.files.map(images.relative) == texts(one.get("files")).sorted)
          val problems = entries(one.get("problems"))
          assert(images.problems.map(_.file) == problems.keys.toSeq.sorted)
          images.problems.foreach(bad => assert(bad.reason.contains(problems(bad.file).asText)))
          assert(images.ignored == ignored(one))
        }
      }
  }
}
