package syncline.embedded;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import de.bwaldvogel.mongo.wire.message.MongoReply;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/**
 * Runs a client's command and answers it. What may change data is answered once it is durable; the
 * network thread does not wait for that, so other connections can join the same commit.
 */
final class CommandHandler extends SimpleChannelInboundHandler<ClientRequest> {

  private static final Logger log = LoggerFactory.getLogger(CommandHandler.class);

  private final AtomicInteger replies = new AtomicInteger();
  private final StoreBackend backend;
  private final GroupCommit commits;
  private final RequestDecoder decoder;

  CommandHandler(StoreBackend backend, GroupCommit commits, RequestDecoder decoder) {
    this.backend = backend;
    this.commits = commits;
    this.decoder = decoder;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ClientRequest request) {
    Document command = command(request);
    if (backend.mayChange(request.getDatabaseName(), command)) {
      Object reply = toReply(request, commits.change(() -> run(request, command)));
      // Refusals wait too: "exists already" must not be heard before what exists is durable.
      commits.whenDurable(() -> answer(ctx, reply));
    } else {
      answer(ctx, toReply(request, commits.read(() -> run(request, command))));
    }
  }

  private void answer(ChannelHandlerContext ctx, Object reply) {
    ctx.channel().writeAndFlush(reply).addListener(written -> decoder.leave());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    backend.handleClose(ctx.channel());
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.warn("A connection was closed: {}", cause.toString());
    ctx.close();
  }

  private static Document command(ClientRequest request) {
    if (request instanceof MongoMessage message) {
      return message.getDocument();
    }
    Document query = ((MongoQuery) request).getQuery();
    return query.get("$query") instanceof Document inner ? inner : query;
  }

  private Document run(ClientRequest request, Document command) {
    try {
      String name = StoreBackend.nameOf(command);
      return backend.handleCommand(request.getChannel(), request.getDatabaseName(), name, command);
    } catch (MongoServerException e) {
      return refusal(e);
    } catch (RuntimeException e) {
      log.error("A command failed", e);
      return refusal(new MongoServerException("Unknown error: " + e.getMessage(), e));
    }
  }

  private static Document refusal(MongoServerException e) {
    Document reply = new Document("errmsg", e.getMessageWithoutErrorCode());
    if (e instanceof MongoServerError error) {
      reply.put("code", error.getCode());
      reply.putIfNotNull("codeName", error.getCodeName());
    }
    return reply.append("ok", 0);
  }

  private Object toReply(ClientRequest request, Document answer) {
    MessageHeader header = new MessageHeader(replies.incrementAndGet(), request.getHeader().getRequestID());
    return request instanceof MongoMessage
        ? new MongoMessage(request.getChannel(), header, answer)
        : new MongoReply(header, List.of(answer), 0);
  }
}
