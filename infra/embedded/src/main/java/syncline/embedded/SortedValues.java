package syncline.embedded;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;

/**
 * The keys of the store's maps, in MongoDB's order of values: so a map is an index that can be
 * searched for a point or walked through a range. A {@link KeyValue} is a key of several fields; one
 * that is a prefix of another comes first.
 */
final class SortedValues extends BasicDataType<Object> {

  /** Ends of a range. They are compared, never stored. */
  enum Edge { LOWEST, HIGHEST }

  static final SortedValues TYPE = new SortedValues();

  private static final int ROUGH_SIZE = 64;
  private static final byte STRING = 1;
  private static final byte OBJECT_ID = 2;
  private static final byte TUPLE = 3;
  private static final byte NULL = 4;
  private static final byte LONG = 5;
  private static final byte OTHER = 6;
  private static final int OBJECT_ID_LENGTH = 12;

  /**
   * The one form of a value among those that are equal: 1, 1L and 1.0 are the same key. Null, which a
   * map cannot hold, becomes {@link Missing}.
   */
  static Object canonical(Object value) {
    if (Missing.isNullOrMissing(value)) {
      return Missing.getInstance();
    }
    if (value instanceof Integer i) {
      return i.longValue();
    }
    if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53) {
      return d.longValue();
    }
    if (value instanceof Document document) {
      Document result = new Document();
      document.forEach((field, part) -> result.put(field, part == null ? null : canonical(part)));
      return result;
    }
    return value;
  }

  @Override
  public int compare(Object a, Object b) {
    return order(a, b);
  }

  static int order(Object a, Object b) {
    if (a instanceof String left && b instanceof String right) {
      return left.compareTo(right);
    }
    if (a instanceof KeyValue left && b instanceof KeyValue right) {
      return orderTuples(left, right);
    }
    if (a instanceof Edge || b instanceof Edge) {
      return Integer.compare(edgeRank(a), edgeRank(b));
    }
    if (a instanceof Number left && b instanceof Number right) {
      return orderNumbers(left, right);
    }
    int order = ValueComparator.ascWithoutListHandling().compare(a, b);
    return order == 0 && a instanceof Document && b instanceof Document ? orderBytes(a, b) : order;
  }

  /** The comparator takes documents whose arrays have the same least element for equal; as keys they are not. */
  private static int orderBytes(Object a, Object b) {
    return a.equals(b) ? 0 : Arrays.compare(DocumentBytes.encode((Document) a), DocumentBytes.encode((Document) b));
  }

  private static int orderTuples(KeyValue a, KeyValue b) {
    int shared = Math.min(a.size(), b.size());
    for (int i = 0; i < shared; i++) {
      int order = order(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  private static int edgeRank(Object value) {
    return value == Edge.LOWEST ? -1 : value == Edge.HIGHEST ? 1 : 0;
  }

  private static int orderNumbers(Number a, Number b) {
    if (isIntegral(a) && isIntegral(b)) {
      return Long.compare(a.longValue(), b.longValue());
    }
    int order = Double.compare(a.doubleValue() + 0.0, b.doubleValue() + 0.0);
    return order != 0 || !Double.isFinite(a.doubleValue()) ? order : exact(a).compareTo(exact(b));
  }

  private static boolean isIntegral(Number number) {
    return number instanceof Long || number instanceof Integer;
  }

  private static BigDecimal exact(Number number) {
    if (number instanceof Decimal128 decimal) {
      return decimal.toBigDecimal();
    }
    return isIntegral(number) ? BigDecimal.valueOf(number.longValue()) : new BigDecimal(number.doubleValue());
  }

  @Override
  public int getMemory(Object value) {
    if (value instanceof String text) {
      return ROUGH_SIZE + text.length();
    }
    if (value instanceof KeyValue tuple) {
      int size = ROUGH_SIZE;
      for (Object part : tuple) {
        size += getMemory(part);
      }
      return size;
    }
    return ROUGH_SIZE;
  }

  @Override
  public void write(WriteBuffer out, Object value) {
    if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.put(STRING).putVarInt(bytes.length).put(bytes);
    } else if (value instanceof ObjectId id) {
      out.put(OBJECT_ID).put(id.toByteArray());
    } else if (value instanceof KeyValue tuple) {
      out.put(TUPLE).putVarInt(tuple.size());
      tuple.forEach(part -> write(out, part));
    } else if (Missing.isNullOrMissing(value)) {
      out.put(NULL);
    } else if (value instanceof Long number) {
      out.put(LONG).putLong(number);
    } else {
      byte[] bytes = DocumentBytes.encode(new Document("", value));
      out.put(OTHER).putVarInt(bytes.length).put(bytes);
    }
  }

  @Override
  public Object read(ByteBuffer in) {
    byte kind = in.get();
    return switch (kind) {
      case STRING -> new String(take(in, DataUtils.readVarInt(in)), StandardCharsets.UTF_8);
      case OBJECT_ID -> new ObjectId(take(in, OBJECT_ID_LENGTH));
      case TUPLE -> readTuple(in);
      case NULL -> Missing.getInstance();
      case LONG -> in.getLong();
      case OTHER -> DocumentBytes.decode(take(in, DataUtils.readVarInt(in))).get("");
      default -> throw new IllegalStateException("unknown kind of key: " + kind);
    };
  }

  private KeyValue readTuple(ByteBuffer in) {
    Object[] parts = new Object[DataUtils.readVarInt(in)];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = read(in);
    }
    return new KeyValue(parts);
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  @Override
  public Object[] createStorage(int size) {
    return new Object[size];
  }
}
