package syncline.embedded;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

import org.h2.mvstore.MVStore;

import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** The embedded store: {@code StoreServer HOST PORT DATA_DIR}. */
public final class StoreServer {

  private static final int THREADS = 4;
  private static final int LARGE_REQUESTS_SHARE_OF_HEAP = 6;

  private StoreServer() {}

  public static void main(String[] args) {
    if (args.length != 3) {
      stop("usage: StoreServer HOST PORT DATA_DIR");
    }
    try {
      start(new InetSocketAddress(args[0], Integer.parseInt(args[1])), Path.of(args[2]));
      System.out.println("Store is ready on " + args[0] + ":" + args[1]);
    } catch (CannotStart e) {
      stop(e.getMessage());
    }
  }

  private static void start(InetSocketAddress address, Path dataDir) throws CannotStart {
    MVStore store = StoreFile.open(dataDir);
    GroupCommit commits = new GroupCommit(store, StoreServer::giveUp);
    StoreBackend backend = commits.change(() -> new StoreBackend(store));
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
    Channel listener = listen(address, loops, backend, commits);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(listener, commits), "close"));
  }

  private static Channel listen(InetSocketAddress address, EventLoopGroup loops, StoreBackend backend,
      GroupCommit commits) throws CannotStart {
    LargeRequests large = new LargeRequests(Runtime.getRuntime().maxMemory() / LARGE_REQUESTS_SHARE_OF_HEAP);
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            RequestDecoder decoder = new RequestDecoder(large);
            channel.pipeline().addLast(new MongoWireReplyEncoder(), new MongoWireMessageEncoder(),
                decoder, new CommandHandler(backend, commits, decoder));
          }
        });
    try {
      return bootstrap.bind(address).syncUninterruptibly().channel();
    } catch (Exception e) {
      String reason = e instanceof BindException || e.getCause() instanceof BindException
          ? "the port is in use, or the host is not of this machine" : e.toString();
      throw new CannotStart("cannot listen on " + address.getHostString() + ":" + address.getPort()
          + ": " + reason, e);
    }
  }

  private static void close(Channel listener, GroupCommit commits) {
    try {
      listener.close().syncUninterruptibly();
      commits.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A disk that refuses a commit: the file on it is whole, and a restart finds all that was answered. */
  private static void giveUp(Throwable cause) {
    System.err.println("store: cannot write to its disk, stopping: " + cause.getMessage());
    Runtime.getRuntime().halt(1);
  }

  private static void stop(String reason) {
    System.err.println("store: " + reason);
    Runtime.getRuntime().halt(1);
  }
}
