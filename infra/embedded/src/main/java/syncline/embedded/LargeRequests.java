package syncline.embedded;

import java.util.ArrayList;
import java.util.List;

/**
 * How many bytes of large requests are in memory at once. The others wait in their sockets: a few dozen
 * documents of 10 MB would not fit into the heap together.
 */
final class LargeRequests {

  private final long most;
  private long inside;
  private List<Runnable> waiting = new ArrayList<>();

  LargeRequests(long most) {
    this.most = most;
  }

  /** Enters, or keeps {@code tryAgain} to run when another request leaves. Alone, any request may enter. */
  synchronized boolean enter(int bytes, Runnable tryAgain) {
    if (inside > 0 && inside + bytes > most) {
      waiting.add(tryAgain);
      return false;
    }
    inside += bytes;
    return true;
  }

  void leave(int bytes) {
    List<Runnable> woken;
    synchronized (this) {
      inside -= bytes;
      woken = waiting;
      waiting = new ArrayList<>();
    }
    woken.forEach(Runnable::run);
  }
}
