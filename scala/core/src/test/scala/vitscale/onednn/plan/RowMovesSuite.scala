package vitscale.onednn.plan

import org.scalatest.funsuite.AnyFunSuite

class RowMovesSuite extends AnyFunSuite {

  private val table = IndexedSeq(4, 5, RowMoves.Zeros, RowMoves.Zeros, 0, 2, 3)

  private def runs(moves: RowMoves) =
    (0 until moves.count).map(run => (moves.source(run), moves.target(run), moves.rows(run)))

  test("neighbours are copied together") {
    assert(runs(RowMoves.gather(table)) == Seq((4, 0, 2), (RowMoves.Zeros, 2, 2), (0, 4, 1), (2, 5, 2)))
  }

  test("the way back leaves out what were zeros") {
    assert(runs(RowMoves.scatter(table)) == Seq((0, 4, 2), (4, 0, 1), (5, 2, 2)))
  }
}
