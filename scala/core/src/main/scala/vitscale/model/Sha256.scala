package vitscale.model

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.security.{DigestInputStream, MessageDigest}

/** SHA-256 in hexadecimal digits. */
private[model] object Sha256 {

  /** Hashes a file, which may be larger than the memory. */
  def of(file: Path): String = {
    val digest = MessageDigest.getInstance("SHA-256")
    val stream = new DigestInputStream(Files.newInputStream(file), digest)
    try {
      val buffer = new Array[Byte](1 << 20)
      while (stream.read(buffer) >= 0) {}
    } finally stream.close()
    hex(digest.digest())
  }

  /** Hashes a text in UTF-8. */
  def of(text: String): String = hex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)))

  private def hex(bytes: Array[Byte]): String = bytes.map(byte => f"$byte%02x").mkString
}
