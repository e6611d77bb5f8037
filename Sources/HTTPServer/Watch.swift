import CMicroHTTPD
import Glibc
import Synchronization
import Threading

/// The server's own clock: a thread that ends slow requests and notices clients that have left.
///
/// The library's timeout covers only silence, and a suspended connection has none; the watch covers both, by scanning
/// one word of each connection instead of a timer for each request.
final class Watch: Sendable {
  /// How late a deadline may be noticed. A scan of 10,000 connections takes well under a millisecond.
  private static let tickMilliseconds: Int32 = 10
  /// The client of a younger request is not checked: most requests end earlier.
  private static let patienceNanoseconds: UInt64 = 20_000_000
  /// Ticks between two checks of the clients of suspended connections.
  private static let ticksBetweenPolls = 4

  private let core: ServerCore
  private let wake: Int32
  private let waker: Int32
  private let thread: Task<Void, Never>

  init(core: ServerCore) {
    self.core = core
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no descriptor for the watch (pipe); raise the limit of open files")
    wake = ends[0]
    waker = ends[1]
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let wake = wake
    thread = Task { await onOwnThread { () in Self.run(core, wake) } }
  }

  deinit {
    close(wake)
    close(waker)
  }

  /// Ends the thread and waits for it.
  func stop() async {
    var byte: UInt8 = 1
    // A pipe that was never written to has room.
    _ = write(waker, &byte, 1)
    await thread.value
  }

  private static func run(_ core: ServerCore, _ wake: Int32) {
    var tick = 0
    while true {
      var descriptor = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, tickMilliseconds) > 0 { return }
      tick += 1
      scan(core)
      if tick % ticksBetweenPolls == 0 { lookForClientsGone(core) }
    }
  }

  private static func scan(_ core: ServerCore) {
    let now = monotonicNanoseconds()
    let isDraining = core.isDraining.load(ordering: .relaxed)
    var expired: [Exchange] = []
    core.peers.forEach { peer in
      if let phase = peer.overdue(at: now) {
        switch phase {
        case .handling:
          if let exchange = peer.current { expired.append(exchange) }
        case .idle, .head, .body, .answering, .streaming:
          // The library's thread sees the end and closes; the descriptor is open as long as the registry holds it.
          Glibc.shutdown(peer.descriptor, Int32(SHUT_RDWR))
        }
      } else if isDraining, peer.phase == .idle {
        // A request already in the kernel's buffer is still read and answered; then comes the end.
        Glibc.shutdown(peer.descriptor, Int32(SHUT_RD))
      }
    }
    for exchange in expired { exchange.expire() }
  }

  /// Treats a client that closes, or half closes, its connection as not needing its answer any more.
  private static func lookForClientsGone(_ core: ServerCore) {
    let now = monotonicNanoseconds()
    var descriptors: [pollfd] = []
    var exchanges: [Exchange] = []
    core.peers.forEach { peer in
      let since = peer.suspendedAt.load(ordering: .relaxed)
      guard since > 0, since + patienceNanoseconds <= now, let exchange = peer.current else { return }
      descriptors.append(pollfd(fd: peer.descriptor, events: CMHD_POLLRDHUP, revents: 0))
      exchanges.append(exchange)
    }
    // If a connection was closed and its number reused meanwhile, its exchange has ended and ignores the call.
    guard !descriptors.isEmpty, poll(&descriptors, nfds_t(descriptors.count), 0) > 0 else { return }
    let isGone = CMHD_POLLRDHUP | Int16(POLLHUP | POLLERR)
    for (descriptor, exchange) in zip(descriptors, exchanges) where descriptor.revents & isGone != 0 {
      core.clientGone()
      exchange.clientGone()
    }
  }
}
