package vitscale.bench

/** The pattern of the queries, in MLPerf's terms. */
sealed abstract class Scenario(val name: String)

object Scenario {

  /** All images at once, for throughput. */
  case object Offline extends Scenario("offline")

  /** One image after another, for latency. */
  case object SingleStream extends Scenario("single-stream")

  val all: Seq[Scenario] = Seq(Offline, SingleStream)

  def named(name: String): Option[Scenario] = all.find(_.name == name)
}
