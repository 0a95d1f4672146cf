import sbt._
import sbt.Keys._

/** Files that the jars carry for both languages. The Python package owns them. */
object PackageResources {

  val version = Def.task {
    val file = (Compile / resourceManaged).value / "vitscale/version.txt"
    IO.write(file, Keys.version.value)
    Seq(file)
  }

  val listingRules = Def.task {
    val name = "listing-rules.json"
    val target = (Compile / resourceManaged).value / "vitscale" / name
    IO.copyFile((ThisBuild / baseDirectory).value / "python/src/vitscale/images" / name, target)
    Seq(target)
  }
}
