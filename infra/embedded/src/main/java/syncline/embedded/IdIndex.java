package syncline.embedded;

import java.util.List;

import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;

/** The index over {@code _id}: the documents' own map, which has no entries beside the documents. */
final class IdIndex extends SortedIndex {

  static final String FIELD = "_id";

  private final MVMap<Object, byte[]> documents;

  IdIndex(String name, MVMap<Object, byte[]> documents) {
    super(name, List.of(new IndexKey(FIELD, true)), false);
    this.documents = documents;
  }

  @Override
  MVMap<Object, ?> map() {
    return documents;
  }

  @Override
  List<String> order() {
    return List.of(FIELD);
  }

  @Override
  Object key(List<Object> values) {
    return values.get(0);
  }

  @Override
  Object positionOf(Object key, Object value) {
    return key;
  }

  @Override
  boolean isComplete() {
    return true;
  }

  @Override
  boolean mayRepeat() {
    return false;
  }

  @Override
  public boolean isUnique() {
    return true;
  }

  @Override
  public Object getPosition(Document document) {
    Object key = SortedValues.canonical(document.get(FIELD));
    return documents.containsKey(key) ? key : null;
  }

  @Override
  public void checkAdd(Document document, MongoCollection<Object> collection) {
    if (getPosition(document) != null) {
      throw new DuplicateKeyError(this, collection, getKeys(), new KeyValue(document.get(FIELD)));
    }
  }

  @Override
  public void add(Document document, Object position, MongoCollection<Object> collection) {
    // The document is in the map already.
  }

  @Override
  public Object remove(Document document) {
    return getPosition(document);
  }

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {
    // An id never changes.
  }

  @Override
  public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
    // An id never changes.
  }
}
