package vitscale

import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.databind.{ObjectWriter, PropertyNamingStrategies}
import com.fasterxml.jackson.module.scala.DefaultScalaModule

/** Case classes as JSON for people and for Python: indented, names in snake case. */
private[vitscale] object SnakeCaseJson {

  val writer: ObjectWriter = JsonMapper
    .builder()
    .addModule(DefaultScalaModule)
    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
    .build()
    .writerWithDefaultPrettyPrinter()
}
