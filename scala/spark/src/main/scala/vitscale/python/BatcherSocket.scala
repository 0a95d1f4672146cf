package vitscale.python

import java.io.{DataInputStream, IOException}
import java.net.{InetAddress, ServerSocket, Socket}
import java.nio.charset.StandardCharsets.US_ASCII
import java.security.{MessageDigest, SecureRandom}

import vitscale.DaemonThreads

/** Listens on loopback for one client that knows a random token, then for nobody else.
  *
  * @param serve
  *   starts the connection of the client
  */
final private[python] class BatcherSocket(serve: Socket => BatcherConnection) extends AutoCloseable {

  private val listening = new ServerSocket(0, BatcherSocket.Backlog, InetAddress.getByName("127.0.0.1"))
  listening.setSoTimeout(BatcherSocket.ClientMillis)

  @volatile private var connection: Option[BatcherConnection] = None

  val port: Int = listening.getLocalPort

  val token: String = {
    val bytes = new Array[Byte](BatcherSocket.TokenBytes)
    new SecureRandom().nextBytes(bytes)
    bytes.map(byte => f"$byte%02x").mkString
  }

  new DaemonThreads("vitscale-socket").newThread(() => accept()).start()

  /** Stop listening, send the results that are there, and end the connection. */
  override def close(): Unit = {
    listening.close()
    connection.foreach(_.close())
  }

  private def accept(): Unit =
    try while (connection.isEmpty) connection = authenticated(listening.accept())
    catch { case _: IOException => () } // closed, or nobody came
    finally listening.close()

  /** The connection if its first bytes are the token; anybody else is hung up on. */
  private def authenticated(client: Socket): Option[BatcherConnection] =
    try {
      client.setSoTimeout(BatcherSocket.TokenMillis)
      val sent = new Array[Byte](token.length)
      new DataInputStream(client.getInputStream).readFully(sent)
      if (!MessageDigest.isEqual(sent, token.getBytes(US_ASCII))) throw new IOException("wrong token")
      client.setSoTimeout(0)
      client.setTcpNoDelay(true)
      Some(serve(client))
    } catch {
      case _: IOException =>
        client.close()
        None
    }
}

private object BatcherSocket {
  private val Backlog = 8
  private val TokenBytes = 32

  /** Time for the client to connect, and for a connection to send its token, in milliseconds. */
  private val ClientMillis = 60000
  private val TokenMillis = 5000
}
