package vitscale

import java.nio.file.Files

import org.apache.commons.io.FileUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.hdfs.MiniDFSCluster

/** A real HDFS on loopback with one node for names and one for data, one for all suites of the JVM. */
object LocalHdfs {

  private lazy val cluster: MiniDFSCluster = {
    val folder = Files.createTempDirectory("vitscale-hdfs-")
    FileUtils.forceDeleteOnExit(folder.toFile)
    val settings = new Configuration()
    settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString)
    new MiniDFSCluster.Builder(settings).numDataNodes(1).build()
  }

  /** E.g. `hdfs://localhost:41234`. */
  lazy val address: String = cluster.getURI.toString.stripSuffix("/")
}
