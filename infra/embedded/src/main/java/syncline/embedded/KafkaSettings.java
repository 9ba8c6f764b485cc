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
}
