package syncline.embedded;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.LegacyUUID;
import de.bwaldvogel.mongo.bson.ObjectId;
import syncline.embedded.SortedValues.Edge;

/**
 * What a query says of one field that an index can use: single values, or a range (ends included; the
 * query itself is still asked of every document found). Values that arrays or null could match are left alone.
 */
record Constraint(List<Object> values, Object low, Object high) {

  static Map<String, Constraint> of(Document query) {
    Map<String, Constraint> constraints = new HashMap<>();
    collect(query, constraints);
    return constraints;
  }

  private static void collect(Document query, Map<String, Constraint> constraints) {
    query.forEach((field, wanted) -> {
      if (field.equals("$and") && wanted instanceof Collection<?> parts) {
        parts.forEach(part -> collect((Document) part, constraints));
      } else if (!field.startsWith("$")) {
        Constraint constraint = read(wanted);
        if (constraint != null) {
          constraints.putIfAbsent(field, constraint);
        }
      }
    });
  }

  private static Constraint read(Object wanted) {
    if (isPoint(wanted)) {
      return points(List.of(wanted));
    }
    if (!(wanted instanceof Document operators)) {
      return null;
    }
    if (isPoint(operators.get("$eq"))) {
      return points(List.of(operators.get("$eq")));
    }
    if (operators.get("$in") instanceof Collection<?> values && values.stream().allMatch(Constraint::isPoint)) {
      return points(values);
    }
    return range(operators);
  }

  private static Constraint points(Collection<?> values) {
    TreeSet<Object> sorted = new TreeSet<>(SortedValues::order);
    values.forEach(value -> sorted.add(SortedValues.canonical(value)));
    return new Constraint(List.copyOf(sorted), null, null);
  }

  private static Constraint range(Document operators) {
    Object low = end(operators, "$gt", "$gte");
    Object high = end(operators, "$lt", "$lte");
    if (low == null && high == null) {
      return null;
    }
    return new Constraint(null, low == null ? Edge.LOWEST : low, high == null ? Edge.HIGHEST : high);
  }

  private static Object end(Document operators, String open, String closed) {
    Object value = operators.get(open) == null ? operators.get(closed) : operators.get(open);
    return isPoint(value) ? SortedValues.canonical(value) : null;
  }

  private static boolean isPoint(Object value) {
    return value instanceof String || value instanceof Number || value instanceof ObjectId
        || value instanceof Boolean || value instanceof Instant || value instanceof BinData
        || value instanceof UUID || value instanceof LegacyUUID;
  }

  boolean isRange() {
    return values == null;
  }

  boolean isOneValue() {
    return values != null && values.size() == 1;
  }
}
