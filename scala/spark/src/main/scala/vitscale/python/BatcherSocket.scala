package vitscale.python

import java.io.{DataInputStream, IOException}
import java.net.{InetAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.US_ASCII
import java.security.{MessageDigest, SecureRandom}
import java.util.concurrent.ConcurrentHashMap

import scala.jdk.CollectionConverters._

import vitscale.DaemonThreads

/** Listens on loopback for clients that know a random token, and hangs up on all others.
  *
  * @param serve
  *   starts the connection of a client
  */
final private[python] class BatcherSocket(serve: Socket => BatcherConnection) extends AutoCloseable {

  private val listening = new ServerSocket(0, BatcherSocket.Backlog, InetAddress.getByName("127.0.0.1"))
  private val threads = new DaemonThreads("vitscale-socket")
  private val connections = ConcurrentHashMap.newKeySet[BatcherConnection]()

  val port: Int = listening.getLocalPort

  val token: String = {
    val bytes = new Array[Byte](BatcherSocket.TokenBytes)
    new SecureRandom().nextBytes(bytes)
    bytes.map(byte => f"$byte%02x").mkString
  }

  threads.newThread(() => acceptAll()).start()

  /** Stop listening, send the results that are there, and end the connections. */
  override def close(): Unit = {
    listening.close()
    connections.asScala.foreach(_.close())
  }

  private def acceptAll(): Unit =
    try
      while (true) {
        val client = listening.accept()
        threads.newThread(() => if (isAuthenticated(client)) run(client) else client.close()).start()
      }
    catch { case _: IOException => () } // closed

  private def run(client: Socket): Unit = {
    val connection = serve(client)
    connections.add(connection)
    if (listening.isClosed) connection.close() // it came while the others were closed
    try connection.readAll()
    finally {
      connections.remove(connection)
      ()
    }
  }

  /** Whether the first bytes are the token, and come soon. */
  private def isAuthenticated(client: Socket): Boolean =
    try {
      client.setSoTimeout(BatcherSocket.TokenMillis)
      val sent = new Array[Byte](token.length)
      new DataInputStream(client.getInputStream).readFully(sent)
      client.setSoTimeout(0)
      client.setTcpNoDelay(true)
      MessageDigest.isEqual(sent, token.getBytes(US_ASCII))
    } catch { case _: IOException => false }
}

private object BatcherSocket {
  private val Backlog = 64
  private val TokenBytes = 32

  /** Time for a connection to send its token, in milliseconds. */
  private val TokenMillis = 5000
}
