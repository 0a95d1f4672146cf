package vitscale.image

import javax.imageio.stream.ImageInputStreamImpl

/** Bytes in memory as `javax.imageio` wants to read them: no copy, and none of its caches on disk. */
final private[image] class ByteArrayImageStream(bytes: Array[Byte]) extends ImageInputStreamImpl {

  override def length: Long = bytes.length.toLong

  override def read(): Int = {
    bitOffset = 0
    if (streamPos >= bytes.length) -1
    else {
      val byte = bytes(streamPos.toInt) & 0xff
      streamPos += 1
      byte
    }
  }

  override def read(target: Array[Byte], offset: Int, count: Int): Int = {
    bitOffset = 0
    if (count == 0) 0
    else if (streamPos >= bytes.length) -1
    else {
      val taken = math.min(count.toLong, bytes.length - streamPos).toInt
      System.arraycopy(bytes, streamPos.toInt, target, offset, taken)
      streamPos += taken
      taken
    }
  }
}
