package syncline.embedded;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.h2.mvstore.MVStore;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import io.netty.channel.Channel;

/** Answers commands from the store's file; says of itself that it is one MongoDB 5.0 without replication. */
final class StoreBackend extends AbstractMongoBackend {

  private static final int WIRE_VERSION_OF_5_0 = 13;
  private static final int MOST_WRITES_AT_ONCE = 10_000;
  private static final int DEFAULT_BATCH = 101;

  /** All others may change data and are answered when durable. */
  private static final Set<String> READS = Set.of(
      "find", "getmore", "killcursors", "count", "distinct", "hello", "ismaster", "ping", "buildinfo",
      "listcollections", "listindexes", "endsessions", "serverstatus", "dbstats", "collstats",
      "connectionstatus", "getlog", "hostinfo", "whatsmyuri");

  private final MVStore store;
  private final OpenCursors cursors = new OpenCursors(getCursorRegistry());
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  StoreBackend(MVStore store) {
    this.store = store;
    version(new Version());
    store.getMapNames().stream()
        .filter(name -> name.startsWith(StoreDatabase.DATA))
        .map(name -> name.substring(StoreDatabase.DATA.length()).split("\\.", 2)[0])
        .distinct()
        .forEach(this::resolveDatabase);
  }

  private record Version() implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return WIRE_VERSION_OF_5_0;
    }
  }

  /** The first command to a database creates it, so even a read changes something then. */
  boolean mayChange(String database, Document command) {
    String name = nameOf(command).toLowerCase(Locale.ROOT);
    boolean reads = READS.contains(name) || name.equals("aggregate") && !writesItsResult(command);
    return !reads || !known.contains(database) && !database.equals("admin");
  }

  private static boolean writesItsResult(Document command) {
    return command.get("pipeline") instanceof List<?> stages && stages.stream()
        .anyMatch(stage -> stage instanceof Document s && (s.containsKey("$out") || s.containsKey("$merge")));
  }

  static String nameOf(Document command) {
    return command.keySet().iterator().next();
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String databaseName) {
    MongoDatabase database = new StoreDatabase(databaseName, store, cursors);
    known.add(databaseName);
    return database;
  }

  @Override
  public void dropDatabase(String database) {
    known.remove(database);
    super.dropDatabase(database);
  }

  @Override
  public Document handleCommand(Channel channel, String database, String command, Document query) {
    return switch (command.toLowerCase(Locale.ROOT)) {
      case "hello", "ismaster" -> hello();
      case "find" -> super.handleCommand(channel, database, command, withBatchSize(query));
      case "insert" -> withCount(super.handleCommand(channel, database, command, query), query);
      case "aggregate" -> aggregate(channel, database, query);
      default -> super.handleCommand(channel, database, command, query);
    };
  }

  private Document hello() {
    return new Document("ismaster", true)
        .append("isWritablePrimary", true)
        .append("helloOk", true)
        .append("maxBsonObjectSize", BsonConstants.MAX_BSON_OBJECT_SIZE)
        .append("maxMessageSizeBytes", MongoWireProtocolHandler.MAX_MESSAGE_SIZE_BYTES)
        .append("maxWriteBatchSize", MOST_WRITES_AT_ONCE)
        .append("localTime", Instant.now(getClock()))
        .append("minWireVersion", 0)
        .append("maxWireVersion", WIRE_VERSION_OF_5_0)
        .append("readOnly", false)
        .append("ok", 1.0);
  }

  private static Document withBatchSize(Document find) {
    Object given = find.get("batchSize");
    boolean single = Boolean.TRUE.equals(find.get("singleBatch"));
    if (given instanceof Number size && size.intValue() > 0 && !single) {
      return find;
    }
    Document sized = find.clone();
    sized.put("batchSize", single ? Integer.MAX_VALUE : DEFAULT_BATCH);
    return sized;
  }

  /** The library counts documents that it refused as inserted. */
  private static Document withCount(Document answer, Document insert) {
    if (answer.get("writeErrors") instanceof List<?> errors && insert.get("documents") instanceof List<?> documents) {
      Document first = (Document) errors.get(0);
      boolean ordered = !Boolean.FALSE.equals(insert.get("ordered"));
      answer.put("n", ordered ? first.get("index") : (Object) (documents.size() - errors.size()));
    }
    return answer;
  }

  /** Counting is how drivers ask "how many"; the library would read all documents for it. */
  private Document aggregate(Channel channel, String database, Document query) {
    Document filter = filterOfCount(query.get("pipeline"));
    MongoCollection<?> collection = filter == null ? null
        : resolveDatabase(database).resolveCollection(query.get("aggregate").toString(), false);
    if (collection == null) {
      return super.handleCommand(channel, database, "aggregate", query);
    }
    int count = collection.count(filter, 0, 0);
    List<Document> result = count == 0 ? List.of() : List.of(new Document("_id", 1).append("n", count));
    return new Document("cursor", new Document("id", 0L).append("ns", collection.getFullName())
        .append("firstBatch", result)).append("ok", 1.0);
  }

  private static Document filterOfCount(Object pipeline) {
    boolean counts = pipeline instanceof List<?> stages && stages.size() == 2
        && stages.get(1) instanceof Document group
        && group.equals(new Document("$group", new Document("_id", 1).append("n", new Document("$sum", 1))));
    return counts && ((List<?>) pipeline).get(0) instanceof Document match ? (Document) match.get("$match") : null;
  }
}
