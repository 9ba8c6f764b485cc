package syncline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** Opens the store's one file. */
final class StoreFile {

  private static final int MEGABYTE = 1024 * 1024;
  private static final int CACHE_SHARE_OF_HEAP = 6;

  /** A page that no version needs any more may be overwritten after this; every commit is synced long before. */
  private static final int RETENTION_MS = 2_000;

  private static final int WORTH_SHRINKING_BYTES = 64 * MEGABYTE;
  private static final int SHRINK_BELOW_PERCENT = 50;
  private static final int SHRINK_MS = 2_000;

  private StoreFile() {}

  static MVStore open(Path dataDir) throws CannotStart {
    Path file = dataDir.resolve("store.mv");
    try {
      Files.createDirectories(dataDir);
      MVStore store = new MVStore.Builder()
          .fileName(file.toString())
          // Commits happen between commands only: see GroupCommit.
          .autoCommitDisabled()
          .autoCommitBufferSize(0)
          .cacheSize((int) (Runtime.getRuntime().maxMemory() / MEGABYTE / CACHE_SHARE_OF_HEAP))
          .open();
      store.setRetentionTime(RETENTION_MS);
      shrinkIfWorthIt(store);
      return store;
    } catch (MVStoreException e) {
      throw new CannotStart(e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
          ? file + " is in use by another process; stop that one or name another folder"
          : "cannot open " + file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CannotStart("cannot create the folder " + dataDir + ": " + e, e);
    }
  }

  private static void shrinkIfWorthIt(MVStore store) {
    if (store.getFileStore().size() > WORTH_SHRINKING_BYTES && store.getFillRate() < SHRINK_BELOW_PERCENT) {
      store.compactFile(SHRINK_MS);
    }
  }
}
