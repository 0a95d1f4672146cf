package vitscale.onednn.merge

import org.scalatest.funsuite.AnyFunSuite

class MergeScheduleSuite extends AnyFunSuite {

  private def before(schedule: MergeSchedule): Seq[Int] =
    (0 until schedule.layers).map(schedule.tokensBefore)

  test("each block but the last merges as many pairs, as long as there are tokens for them") {
    assert(before(MergeSchedule(197, 12, 8)) == (197 to 109 by -8))
    assert(before(MergeSchedule(197, 3, 0)) == Seq(197, 197, 197))
    assert(before(MergeSchedule(17, 6, 5)) == Seq(17, 12, 7, 4, 3, 2))
    assert(before(MergeSchedule(5, 1, 2)) == Seq(5))
  }

  test("a class token and one other are the least that is left") {
    for (tokens <- 2 to 40; pairs <- 1 to 50) {
      val schedule = MergeSchedule(tokens, 12, pairs)
      assert(schedule.pairsIn(11) == 0)
      assert(before(schedule).forall(_ >= 2))
      (0 until 11).foreach { block =>
        assert(schedule.tokensBefore(block + 1) == schedule.tokensBefore(block) - schedule.pairsIn(block))
      }
    }
  }
}
