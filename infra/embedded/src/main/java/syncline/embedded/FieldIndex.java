package syncline.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;

/**
 * An index over one or more fields. A unique one leads from the fields to the document; any other has
 * the document's position as the last part of its key.
 */
final class FieldIndex extends SortedIndex {

  private final MVMap<Object, Object> entries;
  private final MVMap<String, String> facts;
  private final boolean unique;
  private final boolean skipsEmpty;
  private volatile boolean severalKeys;

  /** {@code facts} outlives a restart; it says of which indexes a document may have several keys. */
  FieldIndex(Shape shape, MVMap<Object, Object> entries, MVMap<String, String> facts) {
    // For the library only a sparse index may lack a document's position, and only a unique one can give it.
    super(shape.name(), shape.keys(), shape.sparse() || !shape.unique());
    this.entries = entries;
    this.facts = facts;
    this.unique = shape.unique();
    this.skipsEmpty = shape.sparse();
    this.severalKeys = facts.containsKey(entries.getName());
  }

  record Shape(String name, List<IndexKey> keys, boolean unique, boolean sparse) {}

  @Override
  MVMap<Object, ?> map() {
    return entries;
  }

  @Override
  List<String> order() {
    List<String> order = new ArrayList<>(keys());
    if (!unique) {
      order.add(IdIndex.FIELD);
    }
    return order;
  }

  @Override
  Object key(List<Object> values) {
    return new KeyValue(values);
  }

  @Override
  Object positionOf(Object key, Object value) {
    KeyValue tuple = (KeyValue) key;
    return unique ? value : tuple.get(tuple.size() - 1);
  }

  @Override
  boolean isComplete() {
    return !skipsEmpty && !severalKeys;
  }

  @Override
  boolean mayRepeat() {
    return severalKeys;
  }

  @Override
  public boolean isUnique() {
    return unique;
  }

  @Override
  public Object getPosition(Document document) {
    if (!unique || leavesOut(document)) {
      return null;
    }
    return keysOf(document).stream().map(entries::get).filter(found -> found != null).findFirst().orElse(null);
  }

  @Override
  public void checkAdd(Document document, MongoCollection<Object> collection) {
    refuseTaken(document, null, collection);
  }

  private void refuseTaken(Document document, Object owner, MongoCollection<Object> collection) {
    if (!unique || leavesOut(document)) {
      return;
    }
    for (KeyValue key : keysOf(document)) {
      Object holder = entries.get(key);
      if (holder != null && !holder.equals(owner)) {
        throw new DuplicateKeyError(this, collection, getKeys(), key);
      }
    }
  }

  @Override
  public void add(Document document, Object position, MongoCollection<Object> collection) {
    refuseTaken(document, position, collection);
    if (leavesOut(document)) {
      return;
    }
    noteArrays(document);
    for (KeyValue key : keysOf(document)) {
      entries.put(unique ? key : with(key, position), unique ? position : Missing.getInstance());
    }
  }

  @Override
  public Object remove(Document document) {
    Object position = unique ? getPosition(document) : SortedValues.canonical(document.get(IdIndex.FIELD));
    if (position != null) {
      removeKeys(document, position);
    }
    return unique ? position : null;
  }

  private void removeKeys(Document document, Object position) {
    if (!leavesOut(document)) {
      keysOf(document).forEach(key -> entries.remove(unique ? key : with(key, position)));
    }
  }

  @Override
  public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {
    if (unique && !keysOf(before).equals(keysOf(after))) {
      refuseTaken(after, SortedValues.canonical(before.get(IdIndex.FIELD)), collection);
    }
  }

  @Override
  public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
    if (!keysOf(before).equals(keysOf(after)) || leavesOut(before) != leavesOut(after)) {
      removeKeys(before, position);
      add(after, position, collection);
    }
  }

  /** An empty array has no value of its own; its document is found under null. */
  private Set<KeyValue> keysOf(Document document) {
    Set<KeyValue> keys = new LinkedHashSet<>();
    for (KeyValue key : getKeyValues(document)) {
      keys.add(canonical(key));
    }
    return keys.isEmpty() ? Set.of(keyWithoutArrays(document)) : keys;
  }

  private static KeyValue canonical(KeyValue key) {
    return new KeyValue(key.stream().map(SortedValues::canonical).toList());
  }

  private KeyValue keyWithoutArrays(Document document) {
    return new KeyValue(keys().stream()
        .map(field -> Utils.getSubdocumentValueCollectionAware(document, field))
        .map(value -> value instanceof Collection ? Missing.getInstance() : SortedValues.canonical(value))
        .toList());
  }

  private static KeyValue with(KeyValue key, Object position) {
    List<Object> parts = new ArrayList<>(key.stream().toList());
    parts.add(position);
    return new KeyValue(parts);
  }

  private boolean leavesOut(Document document) {
    return skipsEmpty && keys().stream()
        .allMatch(field -> Utils.getSubdocumentValueCollectionAware(document, field) instanceof Missing);
  }

  private void noteArrays(Document document) {
    if (!severalKeys && keys().stream()
        .anyMatch(field -> Utils.getSubdocumentValueCollectionAware(document, field) instanceof Collection)) {
      severalKeys = true;
      facts.put(entries.getName(), "arrays");
    }
  }
}
