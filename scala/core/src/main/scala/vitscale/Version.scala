package vitscale

import scala.io.Source

/** The version of this jar, the same as that of the Python package that carries it. */
object Version {

  val current: String = {
    val source = Source.fromInputStream(getClass.getResourceAsStream("/vitscale/version.txt"), "UTF-8")
    try source.mkString.trim
    finally source.close()
  }
}
