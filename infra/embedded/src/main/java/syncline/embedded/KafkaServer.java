package syncline.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

public final class KafkaServer {
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    Properties p = new Properties();
    try (var in = Files.newBufferedReader(file)) { p.load(in); }
    new Formatter().setClusterId(p.getProperty("cluster.id", "c3luY2xpbmUtZW1iZWRkZQ")).setNodeId(1)
      .setControllerListenerName("CONTROLLER").setIgnoreFormatted(true)
      .addDirectory(p.getProperty("log.dirs")).setMetadataLogDirectory(p.getProperty("log.dirs")).run();
    kafka.Kafka.main(new String[]{args[0]});
  }
}
