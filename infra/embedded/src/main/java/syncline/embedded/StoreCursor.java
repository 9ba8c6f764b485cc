package syncline.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import de.bwaldvogel.mongo.backend.AbstractCursor;
import de.bwaldvogel.mongo.bson.Document;

/** The rest of a query's answer, kept as a place to go on from and not as documents. */
final class StoreCursor extends AbstractCursor {

  /** A batch ends with the document that reaches this: many clients may read at once. */
  private static final int MOST_BATCH_BYTES = 4 * 1024 * 1024;

  private final Matches matches;
  private final UnaryOperator<List<Document>> project;
  private volatile long usedAt = System.nanoTime();

  StoreCursor(long id, Matches matches, UnaryOperator<List<Document>> project) {
    super(id);
    this.matches = matches;
    this.project = project;
  }

  @Override
  public boolean isEmpty() {
    return matches.isOver();
  }

  /** {@code most} 0 leaves the number to the size of the documents. */
  @Override
  public synchronized List<Document> takeDocuments(int most) {
    usedAt = System.nanoTime();
    long end = matches.bytesRead() + MOST_BATCH_BYTES;
    List<Document> batch = new ArrayList<>();
    while ((most == 0 || batch.size() < most) && matches.bytesRead() < end && matches.hasNext()) {
      batch.add(matches.next());
    }
    matches.pause();
    return project.apply(batch);
  }

  long usedAt() {
    return usedAt;
  }
}
