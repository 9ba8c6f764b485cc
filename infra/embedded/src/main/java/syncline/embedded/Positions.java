package syncline.embedded;

import java.util.Iterator;
import java.util.List;

import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/** Where a query's documents may be, in order. Between two batches it holds no page of the store. */
interface Positions {

  /** The next position, or null at the end. */
  Object next();

  /** Lets go of the store's pages; {@link #next} goes on behind the last position given. */
  void pause();

  static Positions of(Iterator<Object> known) {
    return new Positions() {
      @Override
      public Object next() {
        return known.hasNext() ? known.next() : null;
      }

      @Override
      public void pause() {
        // A list of positions holds no page.
      }
    };
  }

  /** Both ends belong to the range. */
  record Range(Object low, Object high) {}

  /** Walks ranges of one map, each forwards or each backwards. */
  final class Walk implements Positions {

    private final SortedIndex index;
    private final List<Range> ranges;
    private final boolean backwards;
    private int current;
    private Object last;
    private Cursor<Object, ?> cursor;

    Walk(SortedIndex index, List<Range> ranges, boolean backwards) {
      this.index = index;
      this.ranges = ranges;
      this.backwards = backwards;
    }

    @Override
    public Object next() {
      while (current < ranges.size()) {
        Cursor<Object, ?> open = cursor == null ? open(ranges.get(current)) : cursor;
        cursor = open;
        while (open.hasNext()) {
          Object key = open.next();
          if (last == null || SortedValues.order(key, last) != 0) {
            last = key;
            return index.positionOf(key, open.getValue());
          }
        }
        cursor = null;
        last = null;
        current++;
      }
      return null;
    }

    private Cursor<Object, ?> open(Range range) {
      MVMap<Object, ?> map = index.map();
      Object from = backwards ? range.high() : range.low();
      return map.cursor(last == null ? from : last, backwards ? range.low() : range.high(), backwards);
    }

    @Override
    public void pause() {
      cursor = null;
    }
  }
}
