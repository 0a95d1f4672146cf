package vitscale.job.input

import java.io.IOException
import java.nio.file.Path

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}

import vitscale.UsageException
import vitscale.hadoop.{Location, RemoteFiles}
import vitscale.job.records.{FileEntry, Ignored}

/** Lists the user's inputs: files, folders with all files below them, and patterns of both. */
final class Listing(configuration: Configuration, rules: ListingRules, output: Option[Location]) {

  /** Lists every file once, also where the names overlap.
    *
    * @return
    *   what was left aside
    * @throws vitscale.UsageException
    *   if a name matches no file or folder, or its file system cannot list it
    */
  def list(names: Seq[String])(found: FileEntry => Unit): Ignored = {
    val places = names.map(name => new Target(name) -> Location.parse(name, configuration))
    val local = places.collect { case (target, Location.Local(path)) => localNamed(target, path) }
    val remote = places.collect { case (target, Location.Hadoop(path)) => remoteNamed(target, path) }
    val ignored = listLocal(local, found) + listRemote(remote, found)
    places.map(_._1).find(!_.isFound).foreach(target => throw nothing(target))
    ignored
  }

  private def localNamed(target: Target, path: Path): Selection.Named[Path] = {
    val named = LocalListing.named(path, target)
    if (LocalListing.exists(named.root)) named else throw nothing(target)
  }

  private def listLocal(named: Seq[Selection.Named[Path]], found: FileEntry => Unit): Ignored = {
    val excluded = output.collect { case Location.Local(path) => path }
    val listing = new LocalListing(rules, excluded, found)
    Selection.outermost(named)(path => Option(path.getParent), _.getFileName.toString).foreach {
      case (root, selection) => listing.walk(root, selection)
    }
    listing.ignored
  }

  private def remoteNamed(target: Target, path: HadoopPath): HadoopListing.Found =
    try
      HadoopListing
        .find(RemoteFiles.system(path, configuration), path, target)
        .getOrElse(throw nothing(target))
    catch {
      case error: IOException =>
        throw new UsageException(
          s"${target.text} cannot be listed: ${HadoopListing.reason(error)}. Check the path.",
          error
        )
    }

  private def listRemote(places: Seq[HadoopListing.Found], found: FileEntry => Unit): Ignored = {
    val excluded = output.collect { case Location.Hadoop(path) => path }
    val listing = new HadoopListing(rules, excluded, found)
    val byRoot = places.map(place => place.named.root -> place).toMap
    Selection.outermost(places.map(_.named))(path => Option(path.getParent), _.getName).foreach {
      case (root, selection) => listing.walk(byRoot(root).system, byRoot(root).status, selection)
    }
    listing.ignored
  }

  private def nothing(target: Target): UsageException =
    new UsageException(
      s"There is no folder or file ${target.text}. Name files, folders or a pattern of them."
    )
}
