package vitscale.job

import java.io.IOException
import java.nio.file.Path

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}

import vitscale.UsageException

/** Lists what the user named: files, folders with all below them, and patterns of either. */
final class Listing(configuration: Configuration, rules: ListingRules, output: Place) {

  /** Tells every file once, also where the names overlap.
    *
    * @return
    *   what was left aside
    * @throws vitscale.UsageException
    *   if a name has nothing behind it, or its file system does not say
    */
  def list(names: Seq[String])(found: Listed => Unit): Ignored = {
    val places = names.map(name => name -> Place.parse(name, configuration))
    val local = places.collect { case (name, Place.Local(path)) => existing(name, LocalListing.expand(path)) }
    val remote = places.collect { case (name, Place.Hadoop(path)) => name -> path }
    listLocal(Listing.outermost(local.flatten), found) + listRemote(remote, found)
  }

  private def listLocal(roots: Seq[Path], found: Listed => Unit): Ignored = {
    val excluded = Some(output).collect { case Place.Local(path) => path }
    val listing = new LocalListing(rules, excluded, found)
    roots.foreach(listing.walk)
    listing.ignored
  }

  private def listRemote(named: Seq[(String, HadoopPath)], found: Listed => Unit): Ignored = {
    val excluded = Some(output).collect { case Place.Hadoop(path) => path }
    val listing = new HadoopListing(rules, excluded, found)
    val roots = named.flatMap { case (name, path) =>
      val (system, statuses) = expanded(name, path)
      existing(name, statuses).map(system -> _)
    }
    val names = roots.map(_._2.getPath)
    roots
      .filterNot { case (_, root) => names.exists(Listing.isBelow(root.getPath, _)) }
      .groupBy(_._2.getPath)
      .values
      .foreach { case Seq((system, root), _*) => listing.walk(system, root) }
    listing.ignored
  }

  private def expanded(name: String, path: HadoopPath) =
    try HadoopListing.expand(path, configuration)
    catch {
      case error: IOException =>
        throw new UsageException(s"$name cannot be listed: ${HadoopListing.reason(error)}.", error)
    }

  private def existing[A](name: String, found: Seq[A]): Seq[A] = {
    if (found.isEmpty)
      throw new UsageException(s"There is no file or folder $name. Name files, folders or a pattern of them.")
    found
  }
}

private[job] object Listing {

  /** Leaves out what lies below another of the folders. */
  def outermost(paths: Seq[Path]): Seq[Path] = {
    val all = paths.distinct
    all.filterNot(path => all.exists(other => path != other && path.startsWith(other)))
  }

  private def isBelow(path: HadoopPath, folder: HadoopPath): Boolean =
    Iterator.iterate(path.getParent)(_.getParent).takeWhile(_ != null).contains(folder)
}
