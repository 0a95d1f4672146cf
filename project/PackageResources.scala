import sbt._
import sbt.Keys._

/** Files that the jars carry for both languages. The Python package owns them. */
object PackageResources {

  val version = Def.task {
    val file = (Compile / resourceManaged).value / "vitscale/version.txt"
    IO.write(file, Keys.version.value)
    Seq(file)
  }

  val listingRules = Def.task(copied("images/listing-rules.json", (Compile / resourceManaged).value))

  val tableLibraries = Def.task(copied("jvm/table-libraries.txt", (Compile / resourceManaged).value))

  private def copied(source: String, resources: File): Seq[File] = {
    val from = file("python/src/vitscale") / source
    val target = resources / "vitscale" / from.getName
    IO.copyFile(from, target)
    Seq(target)
  }
}
