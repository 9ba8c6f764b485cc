package syncline.embedded;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Documents as the maps hold them: BSON. Bytes cannot change under a reader or under a commit that is
 * being written, as a shared {@link Document} could, and they take a fraction of its memory.
 */
final class DocumentBytes {

  private static final int FIRST_GUESS = 512;

  private DocumentBytes() {}

  static byte[] encode(Document document) {
    ByteBuf buffer = Unpooled.buffer(FIRST_GUESS);
    BsonEncoder.encodeDocument(document, buffer);
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  static Document decode(byte[] bytes) {
    return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bytes));
  }
}
