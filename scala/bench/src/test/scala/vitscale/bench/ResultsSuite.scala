package vitscale.bench

import java.nio.file.Paths

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper, PropertyNamingStrategies}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.device.DeviceUse
import vitscale.job.records.Ignored

/** The case classes of results beside `schema/results-v1.json`. */
class ResultsSuite extends AnyFunSuite {

  private val schema = new ObjectMapper().readTree(Paths.get("schema/results-v1.json").toFile)

  private def fieldsOf(of: Class[_]): Set[String] =
    of.getDeclaredFields
      .filterNot(field => field.isSynthetic || java.lang.reflect.Modifier.isStatic(field.getModifiers))
      .map(field => PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(field.getName))
      .toSet

  private def names(node: JsonNode): Set[String] = node.fieldNames.asScala.toSet

  /** Class, its place in the schema, and the optional fields that Python's harness alone writes. */
  Seq[(Class[_], String, Set[String])](
    (classOf[Results], "", Set("settings", "comparisons", "stages", "left_out")),
    (classOf[Environment], "/$defs/environment", Set("gpus")),
    (classOf[Workload], "/$defs/workload", Set.empty),
    (classOf[ModelSummary], "/$defs/workload/properties/model", Set("preprocessing_sha256")),
    (classOf[ImagesSummary], "/$defs/workload/properties/images", Set("sha256")),
    (classOf[Ignored], "/$defs/ignored", Set.empty),
    (classOf[Benchmark], "/$defs/benchmark", Set("key", "control")),
    (classOf[Run], "/$defs/run", Set("fork", "wall_seconds", "other_cpu_seconds", "gpus")),
    (classOf[Iteration], "/$defs/run/properties/iterations/items", Set.empty),
    (classOf[Ledger], "/$defs/run/properties/ledger", Set.empty),
    (classOf[FailedImage], "/$defs/run/properties/ledger/properties/failed/items", Set.empty),
    (classOf[DeviceUse], "/$defs/device_use", Set.empty),
    (classOf[Statistics], "/$defs/statistics", Set("ci")),
    (classOf[Percentiles], "/$defs/latency", Set.empty),
    (classOf[BenchmarkError], "/$defs/error", Set.empty)
  ).foreach { case (of, place, ofPython) =>
    test(s"${of.getSimpleName} has the fields of the schema") {
      val definition = schema.at(place)
      assert(fieldsOf(of) ++ ofPython == names(definition.path("properties")))
      val required = definition.path("required").elements.asScala.map(_.asText).toSet
      assert(ofPython.intersect(required).isEmpty && fieldsOf(of).intersect(ofPython).isEmpty)
    }
  }
}
