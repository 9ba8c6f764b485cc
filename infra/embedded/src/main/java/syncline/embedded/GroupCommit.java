package syncline.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.h2.mvstore.MVStore;

/**
 * Makes changes durable before anyone hears of them.
 *
 * <p>A change spans several maps (documents, indexes), so a commit may never fall inside one: both hold
 * the same lock, which also makes every command atomic. The sync to disk happens outside of it. While
 * one commit is on its way, all that arrives waits together for the next one; no timer is needed.
 */
final class GroupCommit {

  private static final long IDLE_MS = 1_000;
  private static final long TIDY_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int WANTED_FILL_PERCENT = 60;
  private static final int TIDY_BYTES = 4 * 1024 * 1024;

  /** A commit is written from one buffer; more than this does not wait for the next one. */
  private static final int MOST_UNSAVED_BYTES = 16 * 1024 * 1024;

  private final MVStore store;
  private final Consumer<Throwable> onFailure;
  private final ReentrantLock changing = new ReentrantLock();
  private final Object arrivals = new Object();
  private final Thread committer = new Thread(this::commitForever, "group-commit");
  private List<Runnable> waiting = new ArrayList<>();
  private boolean closing;
  private long tidiedAt = System.nanoTime();

  /** After {@code onFailure} nothing is answered any more: what was not synced was never promised. */
  GroupCommit(MVStore store, Consumer<Throwable> onFailure) {
    this.store = store;
    this.onFailure = onFailure;
    committer.start();
  }

  /** Runs one command that may change data; alone. */
  <T> T change(Supplier<T> command) {
    changing.lock();
    try {
      if (store.getUnsavedMemory() > MOST_UNSAVED_BYTES) {
        write();
      }
      return command.get();
    } finally {
      changing.unlock();
    }
  }

  private void write() {
    try {
      store.commit();
    } catch (RuntimeException e) {
      onFailure.accept(e);
    }
  }

  /** Runs one command that only reads, and keeps the pages that it walks from being reused meanwhile. */
  <T> T read(Supplier<T> command) {
    MVStore.TxCounter usage = store.registerVersionUsage();
    try {
      return command.get();
    } finally {
      store.deregisterVersionUsage(usage);
    }
  }

  /** Runs {@code then} once the disk has every change made so far. */
  void whenDurable(Runnable then) {
    synchronized (arrivals) {
      waiting.add(then);
      arrivals.notifyAll();
    }
  }

  private void commitForever() {
    try {
      for (List<Runnable> group = nextGroup(); group != null; group = nextGroup()) {
        if (!group.isEmpty()) {
          commit();
          group.forEach(Runnable::run);
        }
        tidyNowAndThen();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      onFailure.accept(e);
    }
  }

  /** Who waits for the next commit: nobody, after a while without changes; null at the end. */
  private List<Runnable> nextGroup() throws InterruptedException {
    synchronized (arrivals) {
      if (waiting.isEmpty() && !closing) {
        arrivals.wait(IDLE_MS);
      }
      List<Runnable> group = waiting;
      waiting = new ArrayList<>();
      return group.isEmpty() && closing ? null : group;
    }
  }

  private void commit() {
    change(() -> {
      write();
      return null;
    });
    store.sync();
  }

  /** Old chunks with little left in them are rewritten, so that the file does not grow without end. */
  private void tidyNowAndThen() {
    long now = System.nanoTime();
    if (now - tidiedAt < TIDY_EVERY_NANOS) {
      return;
    }
    tidiedAt = now;
    boolean moved = change(() -> {
      boolean rewritten = store.compact(WANTED_FILL_PERCENT, TIDY_BYTES);
      store.commit();
      return rewritten;
    });
    if (moved) {
      store.sync();
    }
  }

  /** Answers what has arrived, then closes the file. */
  void close() throws InterruptedException {
    synchronized (arrivals) {
      closing = true;
      arrivals.notifyAll();
    }
    committer.join();
    changing.lock();
    store.close();
  }
}
