package syncline.embedded;

import java.util.List;

import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;

/** An index that is a map in the order of its keys. Planning is not left to the library: see {@link Plan}. */
abstract class SortedIndex extends Index<Object> {

  SortedIndex(String name, List<IndexKey> keys, boolean sparse) {
    super(name, keys, sparse);
  }

  abstract MVMap<Object, ?> map();

  /** The fields that order the map, the document's id included where it is part of the key. */
  abstract List<String> order();

  abstract Object key(List<Object> values);

  abstract Object positionOf(Object key, Object value);

  /** Whether each document has exactly one key here. */
  abstract boolean isComplete();

  /** Whether a document may have several keys here, because of an array. */
  abstract boolean mayRepeat();

  @Override
  public boolean canHandle(Document query) {
    return false;
  }

  @Override
  public Iterable<Object> getPositions(Document query) {
    throw new UnsupportedOperationException("queries are planned by Plan");
  }

  @Override
  public long getCount() {
    return map().sizeAsLong();
  }

  @Override
  public long getDataSize() {
    return getCount();
  }

  @Override
  public void drop() {
    // The database removes the map.
  }
}
