package vitscale.image.jpeg

/** Chroma that is stored at half height and full width (4:4:0, as in photos that were turned without loss).
  *
  * libjpeg-turbo, which Pillow has, interpolates it; libjpeg 6b, which most builds of Java have, repeats each row. What
  * was repeated is interpolated here; all other samplings come out alike.
  */
private[jpeg] object JpegChroma {

  /** Interpolates, in place, the components that need it and did not get it.
    *
    * @param samples
    *   interleaved, as the JVM's decoder gave them
    */
  def interpolate(samples: Array[Byte], frame: JpegFrame): Unit = {
    val halved = frame.components.indices.filter { i =>
      frame.components(i).horizontal == frame.widest && frame.components(i).vertical * 2 == frame.highest
    }
    if (halved.nonEmpty && repeatsRows)
      halved.foreach(interpolate(samples, frame.width, frame.height, _, frame.components.length))
  }

  /** libjpeg-turbo's `h1v2_fancy_upsample`: three parts of the nearer row, one of the other; beyond the edge lies the
    * edge. Halves are rounded down in upper rows and up in lower ones.
    */
  private def interpolate(
      samples: Array[Byte],
      width: Int,
      height: Int,
      component: Int,
      stride: Int
  ): Unit = {
    val storedRows = (height + 1) / 2
    val stored = Array.tabulate(storedRows, width) { (row, x) =>
      samples((2 * row * width + x) * stride + component) & 0xff
    }
    for (y <- 0 until height) {
      val upper = y % 2 == 0
      val near = stored(y / 2)
      val far = stored(math.min(math.max(if (upper) y / 2 - 1 else y / 2 + 1, 0), storedRows - 1))
      val bias = if (upper) 1 else 2
      var x = 0
      while (x < width) {
        samples((y * width + x) * stride + component) = ((3 * near(x) + far(x) + bias) >> 2).toByte
        x += 1
      }
    }
  }

  /** Whether the JVM's libjpeg is one that repeats rows: asked of it once, with a picture whose chroma changes from row
    * to row.
    */
  private lazy val repeatsRows: Boolean = {
    val components = Seq(JpegComponent(1, 1, 2), JpegComponent(2, 1, 1), JpegComponent(3, 1, 1))
    val probe = JpegFrame(JpegMarker.Baseline, precision = 8, width = 8, height = 16, components)
    JpegSamples.read(probeFile, probe).exists { samples =>
      def chroma(row: Int): Byte = samples(row * probe.width * 3 + 1)
      (0 until probe.height by 2).forall(row => chroma(row) == chroma(row + 1))
    }
  }

  /** An 8x16 JPEG in 4:4:0, all gray but for one vertical frequency in its first chroma component. */
  private def probeFile: Array[Byte] = {
    def segment(marker: Int, content: Seq[Int]): Seq[Int] =
      Seq(0xff, marker, 0, content.length + 2) ++ content
    val quantization = segment(0xdb, 0 +: Seq.fill(64)(8))
    val frame = segment(0xc0, Seq(8, 0, 16, 0, 8, 3, 1, 0x12, 0, 2, 0x11, 0, 3, 0x11, 0))
    // Codes by length: DC "0" for a difference of 0; AC "0" for the end of a block, "10" for a zero and a 6-bit value.
    val dcCodes = 0x00 +: Seq(1).padTo(16, 0) :+ 0
    val acCodes = (0x10 +: Seq(1, 1).padTo(16, 0)) ++ Seq(0x00, 0x16)
    val scan = segment(0xda, Seq(3, 1, 0, 2, 0, 3, 0, 0, 63, 0))
    val blocks = Seq(0x05, 0x40) // 0 0, 0 0, 0 10 101000 0, 0 0: luma twice, then each chroma
    val file = Seq(0xff, 0xd8) ++ quantization ++ frame ++ segment(0xc4, dcCodes ++ acCodes) ++ scan ++ blocks
    (file ++ Seq(0xff, 0xd9)).map(_.toByte).toArray
  }
}
