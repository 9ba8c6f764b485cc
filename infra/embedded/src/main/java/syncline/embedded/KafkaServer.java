package syncline.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.stream.Stream;

import org.apache.kafka.metadata.storage.Formatter;

/**
 * The embedded broker: {@code KafkaServer HOST PORT DATA_DIR [CONTROLLER_PORT]}. One process is broker and
 * controller; the controller listens on loopback only, on a port of its own choice unless one is given.
 */
public final class KafkaServer {

  private static final int NODE_ID = 1;

  private KafkaServer() {}

  public static void main(String[] args) {
    if (args.length < 3 || args.length > 4) {
      stop("usage: KafkaServer HOST PORT DATA_DIR [CONTROLLER_PORT]");
    }
    try {
      InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
      Path properties = prepare(address, Path.of(args[2]), args.length == 4 ? Integer.parseInt(args[3]) : 0);
      kafka.Kafka.main(new String[] {properties.toString()});
    } catch (CannotStart e) {
      stop(e.getMessage());
    }
  }

  private static Path prepare(InetSocketAddress address, Path dataDir, int controllerPort) throws CannotStart {
    try {
      Path logs = Files.createDirectories(dataDir.resolve("log"));
      refuseLocked(logs.resolve(".lock"));
      refuseTaken(address);
      Properties settings = KafkaSettings.load();
      settings.putAll(KafkaSettings.of(NODE_ID, address, advertised(address), freePort(controllerPort), logs));
      KafkaSettings.addBehindProxies(settings, address.getHostString(), System.getProperty(KafkaSettings.BEHIND_PROXIES));
      Path file = dataDir.resolve("server.properties");
      try (Writer out = Files.newBufferedWriter(file)) {
        settings.store(out, "written at every start");
      }
      format(logs);
      return file;
    } catch (IOException e) {
      throw new CannotStart("cannot prepare " + dataDir + ": " + e, e);
    }
  }

  /** Kafka would report both of these with a stack trace. */
  private static void refuseLocked(Path lockFile) throws IOException, CannotStart {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new CannotStart(lockFile.getParent() + " is in use by another broker; stop that one or name another folder",
            null);
      }
    } catch (OverlappingFileLockException e) {
      throw new CannotStart(lockFile + " is locked by this process", e);
    }
  }

  private static void refuseTaken(InetSocketAddress address) throws CannotStart {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (IOException e) {
      throw new CannotStart("cannot listen on " + address.getHostString() + ":" + address.getPort()
          + ": the port is in use, or the host is not of this machine", e);
    }
  }

  private static int freePort(int wanted) throws IOException {
    if (wanted != 0) {
      return wanted;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Clients are told to come to this address; a wildcard is none. */
  private static String advertised(InetSocketAddress address) throws IOException {
    return address.getAddress().isAnyLocalAddress()
        ? InetAddress.getLocalHost().getHostAddress() : address.getHostString();
  }

  /** Does nothing to a formatted folder, and finishes one where a first start was cut short. */
  private static void format(Path logs) throws CannotStart {
    try {
      removeUnfinishedFormat(logs);
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setClusterId(KafkaSettings.CLUSTER_ID)
          .setNodeId(NODE_ID)
          .setControllerListenerName(KafkaSettings.CONTROLLER)
          .setIgnoreFormatted(true)
          .addDirectory(logs.toString())
          .setMetadataLogDirectory(logs.toString())
          .run();
    } catch (Exception e) {
      throw new CannotStart("cannot format " + logs + ": " + e.getMessage(), e);
    }
  }

  /** A power cut can leave the format's own file empty; there are no topics yet then. */
  private static void removeUnfinishedFormat(Path logs) throws IOException {
    Path meta = logs.resolve("meta.properties");
    if (!Files.exists(meta) || Files.readString(meta).contains("node.id=")) {
      return;
    }
    try (Stream<Path> entries = Files.list(logs)) {
      if (entries.filter(Files::isDirectory).allMatch(folder -> folder.endsWith("__cluster_metadata-0"))) {
        Files.delete(meta);
      }
    }
  }

  private static void stop(String reason) {
    System.err.println("kafka: " + reason);
    Runtime.getRuntime().halt(1);
  }
}
