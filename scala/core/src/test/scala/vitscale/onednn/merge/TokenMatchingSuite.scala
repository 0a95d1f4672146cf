package vitscale.onednn.merge

import java.nio.FloatBuffer

import scala.util.Random

import org.scalatest.funsuite.AnyFunSuite

class TokenMatchingSuite extends AnyFunSuite {

  private def matched(tokens: Int, similarity: Array[Float], first: Int = 0): TokenMatching = {
    val matching = new TokenMatching(tokens)
    matching.find(FloatBuffer.wrap(similarity), first)
    matching
  }

  private def order(matching: TokenMatching): Seq[Int] = (0 until matching.seekers).map(matching.seekerAt)

  test("the class token comes first, however similar it is, then the least similar ones") {
    val similarity = Array(1f, 0f, /**/ 0.2f, 0.9f, /**/ -0.5f, -0.4f)
    val found = matched(5, similarity)
    assert(order(found) == Seq(0, 2, 1))
    assert((0 until 3).map(found.hostOf) == Seq(0, 1, 1))
  }

  test("of equal ones the first counts, and rounding beyond 1 is no distance") {
    val found = matched(5, Array(0f, 0f, /**/ 1.0000001f, 1.0000001f, /**/ 1f, 1f))
    assert(order(found) == Seq(0, 1, 2))
    assert((0 until 3).map(found.hostOf) == Seq(0, 0, 0))
  }

  test("as a sort of all pairs by distance finds it, for each image of a batch") {
    val random = new Random(7)
    for (tokens <- 2 to 60; image <- 0 to 2) {
      val (seekers, hosts) = ((tokens + 1) / 2, tokens / 2)
      val all = Array.fill(3 * seekers * hosts)(random.nextFloat() * 2 - 1)
      val own = all.slice(image * seekers * hosts, (image + 1) * seekers * hosts).grouped(hosts).toIndexedSeq
      val found = matched(tokens, all, image * seekers * hosts)
      val expected = 0 +: (1 until seekers).sortBy(seeker => own(seeker).max)
      assert(order(found) == expected)
      assert((0 until seekers).forall(seeker => own(seeker)(found.hostOf(seeker)) == own(seeker).max))
    }
  }
}
