package vitscale.onednn.merge

import java.util.Arrays

import org.bytedeco.dnnl.memory
import org.bytedeco.javacpp.{BytePointer, Pointer}

import vitscale.onednn.library.Descs

/** Merges the tokens of each image of a batch. Seekers that stay come first, then the hosts with what joined them.
  *
  * @param matching
  *   for as many tokens as `from` has
  * @param similarity
  *   float32 [images, seekers, hosts]
  * @param from
  *   the tokens
  * @param to
  *   where the merged ones go; their sizes are there
  */
final private[merge] class TokenMergeWork(
    matching: TokenMatching,
    similarity: memory,
    from: MergedTokens,
    to: MergedTokens,
    images: Int,
    hidden: Int
) {

  private val rowBytes = hidden.toLong * java.lang.Float.BYTES
  private val staying = to.count - matching.hosts
  private val similarities = Descs.floats(similarity, images * matching.seekers * matching.hosts)
  private val source = Descs.floats(from.values, images * from.count * hidden)
  private val target = Descs.floats(to.values, images * to.count * hidden)
  private val (sourceBytes, targetBytes) = (bytes(from.values), bytes(to.values))
  private val sourceSizes = from.sizes.map(sizes => Descs.floats(sizes.patches, images * from.count))
  private val (targetSizes, targetLogarithms) = {
    val sizes = to.sizes.getOrElse(throw new IllegalArgumentException("merged tokens have sizes"))
    (Descs.floats(sizes.patches, images * to.count), Descs.floats(sizes.logarithms, images * to.count))
  }

  private val sum = new Array[Float](hidden)
  private val row = new Array[Float](hidden)

  /** First of the places behind `staying` whose seeker joins a host, and the next one of the same host; 0 for none. */
  private val firstJoining = new Array[Int](matching.hosts)
  private val nextJoining = new Array[Int](matching.seekers)

  private def bytes(tensor: memory): BytePointer = new BytePointer(tensor.get_data_handle())

  def run(): Unit = {
    var image = 0
    while (image < images) {
      matching.find(similarities, image * matching.seekers * matching.hosts)
      mergeImage(image * from.count, image * to.count)
      image += 1
    }
  }

  private def mergeImage(first: Int, target: Int): Unit = {
    var place = 0
    while (place < staying) {
      copy(first + 2 * matching.seekerAt(place), target + place)
      place += 1
    }
    findJoining()
    var host = 0
    while (host < matching.hosts) {
      val (token, result) = (first + 2 * host + 1, target + staying + host)
      if (firstJoining(host) == 0) copy(token, result) else join(first, token, firstJoining(host), result)
      host += 1
    }
  }

  private def findJoining(): Unit = {
    Arrays.fill(firstJoining, 0)
    var place = staying
    while (place < matching.seekers) {
      val host = matching.hostOf(matching.seekerAt(place))
      nextJoining(place) = firstJoining(host)
      firstJoining(host) = place
      place += 1
    }
  }

  private def copy(token: Int, result: Int): Unit = {
    Pointer.memcpy(
      targetBytes.position[BytePointer](result * rowBytes),
      sourceBytes.position[BytePointer](token * rowBytes),
      rowBytes
    )
    resize(result, sizeOf(token))
  }

  /** The mean of a host and of all that join it, each as often as it has patches. */
  private def join(first: Int, host: Int, firstPlace: Int, result: Int): Unit = {
    Arrays.fill(sum, 0f)
    var (patches, place) = (addToSum(host), firstPlace)
    while (place != 0) {
      patches += addToSum(first + 2 * matching.seekerAt(place))
      place = nextJoining(place)
    }
    var index = 0
    while (index < hidden) {
      sum(index) /= patches
      index += 1
    }
    target.put(result * hidden, sum)
    resize(result, patches)
  }

  /** @return how many patches the token stands for */
  private def addToSum(token: Int): Float = {
    val patches = sizeOf(token)
    source.get(token * hidden, row)
    var index = 0
    while (index < hidden) {
      sum(index) += row(index) * patches
      index += 1
    }
    patches
  }

  private def sizeOf(token: Int): Float = sourceSizes match {
    case Some(sizes) => sizes.get(token)
    case None => 1f
  }

  private def resize(result: Int, patches: Float): Unit = {
    targetSizes.put(result, patches)
    targetLogarithms.put(result, math.log(patches.toDouble).toFloat)
    ()
  }
}
