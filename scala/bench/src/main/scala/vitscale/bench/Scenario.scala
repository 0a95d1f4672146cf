package vitscale.bench

import vitscale.{NamedValue, NamedValues}

/** The pattern of the queries, in MLPerf's terms. */
sealed abstract class Scenario(override val name: String) extends NamedValue

object Scenario extends NamedValues[Scenario] {

  /** All images at once, for throughput. */
  case object Offline extends Scenario("offline")

  /** One image after another, for latency. */
  case object SingleStream extends Scenario("single-stream")

  override val all: Seq[Scenario] = Seq(Offline, SingleStream)
}
