package syncline.embedded;

import java.util.List;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.oplog.Oplog;

/** One database: a map for each collection ({@code data/db.collection}) and for each index. */
final class StoreDatabase extends AbstractMongoDatabase<Object> {

  static final String DATA = "data/";
  private static final String INDEX = "index/";

  private final MVStore store;
  private final OpenCursors cursors;

  StoreDatabase(String name, MVStore store, OpenCursors cursors) {
    super(name, cursors.registry());
    this.store = store;
    this.cursors = cursors;
    initializeNamespacesAndIndexes();
  }

  @Override
  protected MongoCollection<Object> openOrCreateCollection(String collection, CollectionOptions options) {
    return new StoreCollection(this, collection, options, documents(collection), cursors);
  }

  private MVMap<Object, byte[]> documents(String collection) {
    return store.openMap(dataMap(collection), new MVMap.Builder<Object, byte[]>()
        .keyType(SortedValues.TYPE).valueType(ByteArrayDataType.INSTANCE));
  }

  private String dataMap(String collection) {
    return DATA + getFullCollectionNamespace(collection);
  }

  private String indexMap(String collection, String index) {
    return INDEX + getFullCollectionNamespace(collection) + "/" + index;
  }

  private MVMap<String, String> facts() {
    return store.openMap("facts", new MVMap.Builder<String, String>()
        .keyType(StringDataType.INSTANCE).valueType(StringDataType.INSTANCE));
  }

  @Override
  protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
    boolean isId = keys.size() == 1 && keys.get(0).getKey().equals(IdIndex.FIELD);
    return isId ? new IdIndex(name, documents(collection))
        : openIndex(collection, new FieldIndex.Shape(name, keys, true, sparse));
  }

  @Override
  protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys,
      boolean sparse) {
    return openIndex(collection, new FieldIndex.Shape(name, keys, false, sparse));
  }

  private FieldIndex openIndex(String collection, FieldIndex.Shape shape) {
    MVMap<Object, Object> entries = store.openMap(indexMap(collection, shape.name()),
        new MVMap.Builder<Object, Object>().keyType(SortedValues.TYPE).valueType(SortedValues.TYPE));
    return new FieldIndex(shape, entries, facts());
  }

  @Override
  protected void dropIndex(MongoCollection<Object> collection, String indexName) {
    super.dropIndex(collection, indexName);
    removeMap(indexMap(collection.getCollectionName(), indexName));
  }

  @Override
  public void dropCollection(String collection, Oplog oplog) {
    super.dropCollection(collection, oplog);
    removeMap(dataMap(collection));
  }

  @Override
  public void drop(Oplog oplog) {
    super.drop(oplog);
    store.getMapNames().stream()
        .filter(name -> name.startsWith(DATA + databaseName + ".") || name.startsWith(INDEX + databaseName + "."))
        .forEach(this::removeMap);
  }

  private void removeMap(String name) {
    facts().remove(name);
    if (store.hasMap(name)) {
      store.removeMap(name);
    }
  }

  @Override
  public void moveCollection(MongoDatabase from, MongoCollection<?> collection, String newName) {
    throw new MongoServerException("The embedded store does not rename collections");
  }

  @Override
  protected long getStorageSize() {
    return store.getFileStore().size();
  }

  @Override
  protected long getFileSize() {
    return getStorageSize();
  }
}
