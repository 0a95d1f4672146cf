package vitscale.onednn.swin

import org.scalatest.funsuite.AnyFunSuite

import vitscale.onednn.plan.RowMoves

class WindowGridSuite extends AnyFunSuite {

  test("windows that are not shifted follow each other, each row by row") {
    val grid = WindowGrid(height = 4, width = 4, window = 2, shift = 0)
    assert(grid.groups.map(_.count) == Seq(4))
    assert(grid.table(images = 1) == Seq(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15))
    assert(grid.table(images = 2).drop(16).take(4) == Seq(16, 17, 20, 21))
  }

  test("shifted windows are sorted by what their tokens must not see") {
    val grid = WindowGrid(height = 4, width = 4, window = 2, shift = 1)
    assert(grid.groups.map(_.count) == Seq(1, 1, 1, 1))
    assert(grid.table(images = 1) == Seq(5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0))
    val apart = grid.groups.map(group => (0 until 4).filter(grid.areApart(group, 0, _)))
    assert(apart == Seq(Seq(), Seq(1, 3), Seq(2, 3), Seq(1, 2, 3)))
  }

  test("a map that windows do not fill ends with zeros") {
    val grid = WindowGrid(height = 2, width = 3, window = 2, shift = 0)
    assert(grid.table(images = 1) == Seq(0, 1, 3, 4, 2, RowMoves.Zeros, 5, RowMoves.Zeros))
  }

  test("each token of each image is in one window, whatever the sizes") {
    for {
      height <- 4 to 11
      width <- 4 to 11
      shift <- Seq(0, 1, 2)
      images <- 1 to 2
    } {
      val grid = WindowGrid(height, width, 4, if (height > 4 && width > 4) shift else 0)
      val table = grid.table(images)
      assert(table.size == images * grid.count * grid.area)
      assert(table.filter(_ != RowMoves.Zeros).sorted == (0 until images * height * width))
    }
  }
}
