package syncline.embedded;

import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/**
 * Reads requests; a large one only once there is room for it. Drivers send one at a time per connection.
 * Everything here runs on the connection's own thread.
 */
final class RequestDecoder extends MongoWireProtocolHandler {

  private static final int LARGE_BYTES = 1024 * 1024;
  private static final int LENGTH_BYTES = 4;

  private final LargeRequests large;
  private int entered;
  private boolean waiting;
  private boolean closed;

  RequestDecoder(LargeRequests large) {
    this.large = large;
  }

  @Override
  protected ClientRequest decode(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
    if (closed || waiting || !mayEnter(ctx, in)) {
      return null;
    }
    return super.decode(ctx, in);
  }

  private boolean mayEnter(ChannelHandlerContext ctx, ByteBuf in) {
    if (entered > 0 || in.readableBytes() < LENGTH_BYTES) {
      return true;
    }
    int length = in.getIntLE(in.readerIndex());
    if (length <= LARGE_BYTES || length > MAX_MESSAGE_SIZE_BYTES) {
      return true;
    }
    if (large.enter(length, () -> ctx.channel().eventLoop().execute(() -> tryAgain(ctx)))) {
      entered = length;
      return true;
    }
    waiting = true;
    ctx.channel().config().setAutoRead(false);
    return false;
  }

  private void tryAgain(ChannelHandlerContext ctx) {
    waiting = false;
    if (!closed) {
      ctx.channel().config().setAutoRead(true);
      // What has been read already may be all there is to come.
      ctx.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
    }
  }

  /** The decoder would ask for more by itself after a read that gave it no request. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (waiting) {
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  /** To be called when the request is answered. */
  void leave() {
    if (entered > 0) {
      large.leave(entered);
      entered = 0;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    closed = true;
    leave();
    super.channelInactive(ctx);
  }
}
