package vitscale.hadoop

import java.lang.reflect.InvocationTargetException

import org.apache.hadoop.security.UserGroupInformation

/** Runs another main class on a system without a name for the user id, as in many containers.
  *
  * Hadoop reads the name of the current user from the system. Without an entry in `/etc/passwd`, its login fails before Spark
  * starts (`UserGroupInformation.getLoginUser`, `UnixLoginModule`). This class sets the login user first, with the name of
  * the property `user.name`, which the launcher sets.
  */
object NamedUserMain {

  /** @param arguments
    *   the main class, then its arguments
    */
  def main(arguments: Array[String]): Unit = {
    UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(sys.props("user.name")))
    val main = Class.forName(arguments.head).getMethod("main", classOf[Array[String]])
    try {
      val _ = main.invoke(null, arguments.tail)
    } catch { case failed: InvocationTargetException => throw failed.getCause }
  }
}
