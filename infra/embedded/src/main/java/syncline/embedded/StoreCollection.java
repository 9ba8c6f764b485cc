package syncline.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.h2.mvstore.MVMap;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoCollection;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import syncline.embedded.Positions.Range;
import syncline.embedded.SortedValues.Edge;

/**
 * One collection in its map. Changes come one at a time (see {@link GroupCommit}); reads need no lock,
 * since a map can be read while it changes and its values never do.
 */
final class StoreCollection extends AbstractMongoCollection<Object> {

  private final MVMap<Object, byte[]> documents;
  private final OpenCursors cursors;
  private final SortedIndex byPosition;
  private volatile List<SortedIndex> sortedIndexes = List.of();

  StoreCollection(MongoDatabase database, String name, CollectionOptions options,
      MVMap<Object, byte[]> documents, OpenCursors cursors) {
    super(database, name, options, cursors.registry());
    this.documents = documents;
    this.cursors = cursors;
    this.byPosition = new IdIndex("positions", documents);
  }

  @Override
  public void addIndex(Index<Object> index) {
    super.addIndex(index);
    noteIndexes();
  }

  @Override
  public void dropIndex(String indexName) {
    super.dropIndex(indexName);
    noteIndexes();
  }

  private void noteIndexes() {
    sortedIndexes = getIndexes().stream().map(SortedIndex.class::cast).toList();
  }

  @Override
  protected QueryResult queryDocuments(Document query, Document orderBy, int skip, int limit, int batchSize,
      Document fields) {
    Matches matches = find(query, orderBy, skip, limit);
    if (batchSize == 0) {
      return new QueryResult(() -> matches);
    }
    StoreCursor cursor = new StoreCursor(cursors.newId(), matches, batch -> project(batch, fields));
    List<Document> first = cursor.takeDocuments(batchSize);
    if (cursor.isEmpty()) {
      return new QueryResult(first);
    }
    cursors.add(cursor);
    return new QueryResult(first, cursor);
  }

  private List<Document> project(List<Document> batch, Document fields) {
    return matchDocumentsFromStream(new Document(), batch.stream(), 0, 0, 0, null, fields).collectDocuments();
  }

  private Matches find(Document query, Document orderBy, int skip, int limit) {
    Plan plan = Plan.choose(query, orderBy, sortedIndexes);
    Positions positions = plan == null ? all(isNaturalDescending(orderBy)) : plan.positions();
    Comparator<Document> order = plan != null && plan.ordered() ? null : deriveComparator(orderBy);
    if (order == null) {
      return new Matches(positions, documents::get, query).within(skip, limit);
    }
    Matches unordered = new Matches(positions, documents::get, query);
    int most = limit > 0 ? skip + limit : Integer.MAX_VALUE;
    Iterator<Object> sorted = sort(unordered, order, orderBy, most);
    return new Matches(Positions.of(sorted), documents::get, query).within(skip, limit);
  }

  private Positions all(boolean backwards) {
    return new Positions.Walk(byPosition, List.of(new Range(Edge.LOWEST, Edge.HIGHEST)), backwards);
  }

  private record Sortable(Document key, Object position) {}

  /** Keeps only the sorted fields of what it reads, and of those only as many as are wanted. */
  private Iterator<Object> sort(Matches matches, Comparator<Document> order, Document orderBy, int most) {
    List<String> fields = orderBy.keySet().stream().map(path -> path.split("\\.", 2)[0]).distinct().toList();
    Comparator<Sortable> comparator = Comparator.<Sortable, Document>comparing(Sortable::key, order)
        .thenComparing(Sortable::position, SortedValues::order);
    PriorityQueue<Sortable> best = new PriorityQueue<>(comparator.reversed());
    while (matches.hasNext()) {
      Document document = matches.next();
      Document key = new Document();
      fields.stream().filter(document::containsKey).forEach(field -> key.put(field, document.get(field)));
      best.add(new Sortable(key, positionOf(document)));
      if (best.size() > most) {
        best.poll();
      }
    }
    List<Sortable> sorted = new ArrayList<>(best);
    sorted.sort(comparator);
    return sorted.stream().map(Sortable::position).iterator();
  }

  private Object positionOf(Document document) {
    return SortedValues.canonical(document.get(getIdField()));
  }

  @Override
  protected QueryResult matchDocuments(Document query, Document orderBy, int skip, int limit, int batchSize,
      Document fields) {
    return queryDocuments(query, orderBy, skip, limit, batchSize, fields);
  }

  @Override
  protected Object addDocumentInternal(Document document) {
    Object position = getIdField() == null ? UUID.randomUUID() : positionOf(document);
    documents.put(position, DocumentBytes.encode(document));
    return position;
  }

  @Override
  protected void handleUpdate(Object position, Document before, Document after) {
    documents.put(position, DocumentBytes.encode(after));
  }

  @Override
  protected void removeDocument(Object position) {
    if (documents.remove(position) == null) {
      throw new NoSuchElementException("No document with key " + position);
    }
  }

  @Override
  protected Document getDocument(Object position) {
    byte[] bytes = documents.get(position);
    return bytes == null ? null : DocumentBytes.decode(bytes);
  }

  @Override
  protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
    return StreamSupport.stream(documents.entrySet().spliterator(), false)
        .map(entry -> new DocumentWithPosition<>(DocumentBytes.decode(entry.getValue()), entry.getKey()));
  }

  @Override
  public int count() {
    return documents.size();
  }

  @Override
  protected boolean tracksDataSize() {
    return false;
  }

  @Override
  protected void updateDataSize(int sizeDelta) {
    // Not tracked: it would be one more write for each document.
  }

  @Override
  protected int getDataSize() {
    return (int) Math.min(Integer.MAX_VALUE, documents.values().stream().mapToLong(bytes -> bytes.length).sum());
  }
}
