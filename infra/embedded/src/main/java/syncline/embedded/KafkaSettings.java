package syncline.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** The broker's settings: the fixed ones are in {@code kafka.properties}, the rest depends on the caller. */
final class KafkaSettings {

  /** Any 16 bytes in base64 do; a fixed id lets a half-formatted folder be finished. */
  static final String CLUSTER_ID = "c3luY2xpbmUtZW1iZWRkZQ";

  static final String CONTROLLER = "CONTROLLER";

  /** System property: {@code NAME=PORT:ADVERTISED_PORT,…}. */
  static final String BEHIND_PROXIES = "syncline.kafka.behindProxies";

  private KafkaSettings() {}

  static Properties load() throws IOException {
    Properties settings = new Properties();
    try (InputStream in = KafkaSettings.class.getResourceAsStream("/kafka.properties")) {
      settings.load(in);
    }
    return settings;
  }

  static Map<String, String> of(int nodeId, InetSocketAddress address, String advertised, int controllerPort,
      Path logs) {
    String controller = "127.0.0.1:" + controllerPort;
    return Map.of(
        "node.id", String.valueOf(nodeId),
        "listeners", "CLIENT://" + address.getHostString() + ":" + address.getPort() + "," + CONTROLLER + "://" + controller,
        "advertised.listeners", "CLIENT://" + advertised + ":" + address.getPort(),
        "controller.quorum.voters", nodeId + "@" + controller,
        "log.dirs", logs.toString());
  }

  /**
   * Listeners whose clients come through a proxy: a broker sends its clients to the address that it advertises, which has
   * to be the proxy's own then.
   */
  static void addBehindProxies(Properties settings, String host, String wanted) {
    if (wanted == null || wanted.isEmpty()) {
      return;
    }
    for (String one : wanted.split(",")) {
      String name = one.substring(0, one.indexOf('='));
      String port = one.substring(name.length() + 1, one.indexOf(':'));
      String advertised = one.substring(one.indexOf(':') + 1);
      append(settings, "listeners", name + "://" + host + ":" + port);
      append(settings, "advertised.listeners", name + "://" + host + ":" + advertised);
      append(settings, "listener.security.protocol.map", name + ":PLAINTEXT");
    }
  }

  private static void append(Properties settings, String key, String value) {
    settings.setProperty(key, settings.getProperty(key) + "," + value);
  }
}
