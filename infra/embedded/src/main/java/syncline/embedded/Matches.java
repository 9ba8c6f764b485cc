package syncline.embedded;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.bson.Document;

/**
 * A query's documents, read as they are asked for. A document is read as it is now, and the query asked
 * of it again: since its position was found it may have changed or gone.
 */
final class Matches implements Iterator<Document> {

  private final DefaultQueryMatcher matcher = new DefaultQueryMatcher();
  private final Positions positions;
  private final Function<Object, byte[]> read;
  private final Document query;
  private int toSkip;
  private int left;
  private Document next;
  private long bytesRead;

  /** {@code limit} 0 is none. */
  Matches(Positions positions, Function<Object, byte[]> read, Document query) {
    this.positions = positions;
    this.read = read;
    this.query = query;
    this.left = Integer.MAX_VALUE;
  }

  Matches within(int skip, int limit) {
    toSkip = skip;
    left = limit > 0 ? limit : Integer.MAX_VALUE;
    return this;
  }

  @Override
  public boolean hasNext() {
    while (next == null && left > 0) {
      Object position = positions.next();
      if (position == null) {
        left = 0;
        return false;
      }
      take(position);
    }
    return next != null;
  }

  private void take(Object position) {
    byte[] bytes = read.apply(position);
    Document document = bytes == null ? null : DocumentBytes.decode(bytes);
    if (document == null || !matcher.matches(document, query)) {
      return;
    }
    if (toSkip > 0) {
      toSkip--;
      return;
    }
    left--;
    bytesRead += bytes.length;
    next = document;
  }

  @Override
  public Document next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Document document = next;
    next = null;
    return document;
  }

  boolean isOver() {
    return next == null && left == 0;
  }

  /** Bytes of the documents given so far. */
  long bytesRead() {
    return bytesRead;
  }

  void pause() {
    positions.pause();
  }
}
