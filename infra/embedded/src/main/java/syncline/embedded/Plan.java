package syncline.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import de.bwaldvogel.mongo.bson.Document;
import syncline.embedded.Positions.Range;
import syncline.embedded.SortedValues.Edge;

/**
 * How one index would serve one query: the ranges to walk, and whether they give the wanted order.
 *
 * <p>An index serves values of its first fields, then a range of the next one. One that lacks
 * documents, or has some of them twice, serves only values of all its fields.
 */
record Plan(SortedIndex index, List<Range> ranges, boolean ordered, boolean backwards, int worth) {

  private static final int MOST_RANGES = 10_000;
  private static final int WORTH_OF_VALUE = 10;
  private static final int WORTH_OF_RANGE = 5;
  private static final int WORTH_OF_ORDER = 4;

  /** The best plan among the indexes, or null where all documents have to be read. */
  static Plan choose(Document query, Document orderBy, List<SortedIndex> indexes) {
    Map<String, Constraint> constraints = Constraint.of(query);
    Plan best = null;
    for (SortedIndex index : indexes) {
      Plan plan = consider(index, constraints, orderBy);
      if (plan.worth > 0 && (best == null || plan.worth > best.worth)) {
        best = plan;
      }
    }
    return best;
  }

  Positions positions() {
    return new Positions.Walk(index, ranges, backwards);
  }

  private static Plan consider(SortedIndex index, Map<String, Constraint> constraints, Document orderBy) {
    List<String> fields = index.order();
    List<List<Object>> prefixes = List.of(List.<Object>of());
    int used = 0;
    while (used < fields.size()) {
      Constraint constraint = constraints.get(fields.get(used));
      if (constraint == null || constraint.isRange()
          || (long) prefixes.size() * constraint.values().size() > MOST_RANGES) {
        break;
      }
      prefixes = extend(prefixes, constraint.values());
      used++;
    }
    if (!index.isComplete() && (used < index.getKeys().size() || index.mayRepeat() && !isPoint(index, prefixes))) {
      return new Plan(index, List.of(), false, false, 0);
    }
    Constraint range = used < fields.size() && index.isComplete() ? constraints.get(fields.get(used)) : null;
    boolean ranged = range != null && range.isRange();
    List<Range> ranges = prefixes.stream().map(prefix -> range(index, prefix, ranged ? range : null)).toList();
    int direction = prefixes.size() == 1 && index.isComplete() ? direction(orderBy, fields, used, constraints) : 0;
    int worth = WORTH_OF_VALUE * used + (ranged ? WORTH_OF_RANGE : 0) + (direction != 0 ? WORTH_OF_ORDER : 0)
        + (index.isUnique() && used == fields.size() ? 1 : 0);
    return new Plan(index, ranges, direction != 0, direction < 0, worth);
  }

  private static List<List<Object>> extend(List<List<Object>> prefixes, List<Object> values) {
    List<List<Object>> longer = new ArrayList<>();
    for (List<Object> prefix : prefixes) {
      for (Object value : values) {
        List<Object> next = new ArrayList<>(prefix);
        next.add(value);
        longer.add(next);
      }
    }
    return longer;
  }

  /** An index with several keys a document answers for one value of one field: each document once. */
  private static boolean isPoint(SortedIndex index, List<List<Object>> prefixes) {
    return prefixes.size() == 1 && index.getKeys().size() == 1;
  }

  private static Range range(SortedIndex index, List<Object> prefix, Constraint range) {
    if (prefix.size() == index.order().size()) {
      return new Range(index.key(prefix), index.key(prefix));
    }
    return new Range(key(index, prefix, range == null ? Edge.LOWEST : range.low(), Edge.LOWEST),
        key(index, prefix, range == null ? Edge.HIGHEST : range.high(), Edge.HIGHEST));
  }

  private static Object key(SortedIndex index, List<Object> prefix, Object end, Edge beyond) {
    List<Object> values = new ArrayList<>(prefix);
    values.add(end);
    values.add(beyond);
    return index.key(values);
  }

  /** 1 or -1 where the walk gives the wanted order, forwards or backwards; 0 where it does not. */
  private static int direction(Document orderBy, List<String> fields, int used, Map<String, Constraint> constraints) {
    if (orderBy == null || orderBy.isEmpty()) {
      return 0;
    }
    int direction = 0;
    int next = used;
    for (Map.Entry<String, Object> part : orderBy.entrySet()) {
      int sign = ((Number) part.getValue()).intValue() < 0 ? -1 : 1;
      Constraint constraint = constraints.get(part.getKey());
      if (constraint != null && constraint.isOneValue()) {
        continue;
      }
      if (next >= fields.size() || !fields.get(next).equals(part.getKey()) || (direction != 0 && direction != sign)) {
        return 0;
      }
      direction = sign;
      next++;
    }
    return direction == 0 ? 1 : direction;
  }
}
