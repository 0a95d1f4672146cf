package vitscale.bench

object BenchmarkMain {
  def main(args: Array[String]): Unit = println(args.mkString(" "))
}
