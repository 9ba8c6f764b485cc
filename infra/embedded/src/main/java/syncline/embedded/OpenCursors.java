package syncline.embedded;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import de.bwaldvogel.mongo.backend.CursorRegistry;

/** The cursors that clients may still ask; one whose client is gone is forgotten after ten minutes. */
final class OpenCursors {

  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final CursorRegistry registry;
  private final Queue<StoreCursor> cursors = new ConcurrentLinkedQueue<>();

  OpenCursors(CursorRegistry registry) {
    this.registry = registry;
  }

  long newId() {
    return registry.generateCursorId();
  }

  void add(StoreCursor cursor) {
    long now = System.nanoTime();
    cursors.removeIf(open -> open.isEmpty() || now - open.usedAt() > IDLE_NANOS && registry.remove(open));
    cursors.add(cursor);
    registry.add(cursor);
  }

  CursorRegistry registry() {
    return registry;
  }
}
