import CHiredis
import Glibc
import Threading

/// One connection to Redis on its own thread, because hiredis blocks.
actor RedisConnection {
  private static let firstPause = Duration.milliseconds(50)
  private static let longestPause = Duration.seconds(5)

  private let settings: RedisSettings
  private let thread: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private var context: RedisContext?
  private var pause = RedisConnection.firstPause
  private var nextAttempt = ContinuousClock.now
  private var lastFailure = "not connected yet"
  private var isClosed = false

  init(_ settings: RedisSettings) throws(ThreadError) {
    self.settings = settings
    thread = try ThreadExecutor()
  }

  deinit { thread.stop() }

  func close() {
    isClosed = true
    context = nil
  }

  /// Sends the commands together and reads their answers.
  ///
  /// A connection that misses the deadline is closed, because its answer may still arrive and must not be taken for
  /// another call's.
  func send(_ commands: [RedisCommand], until deadline: ContinuousClock.Instant) throws(RedisError) -> [RedisReply] {
    guard !isClosed else { throw .closed }
    let context = try connected(until: deadline)
    do throws(RedisError) {
      for command in commands { try context.append(command) }
      var replies: [RedisReply] = []
      for _ in commands { replies.append(try context.reply(until: deadline)) }
      return replies
    } catch {
      self.context = nil
      throw error
    }
  }

  private func connected(until deadline: ContinuousClock.Instant) throws(RedisError) -> RedisContext {
    if let context, !context.isClosedByPeer { return context }
    context = nil
    let now = ContinuousClock.now
    guard now < deadline else { throw .deadlineExceeded }
    guard now >= nextAttempt else { throw .unavailable(lastFailure) }
    do throws(RedisError) {
      let limit = min(settings.connectTimeout, deadline - now)
      let context = try RedisContext(settings.endpoint, timeout: limit)
      if settings.username != nil || settings.password != nil {
        var login: RedisCommand = ["AUTH"]
        if let username = settings.username { login.append(username) }
        // A user may have been created with `nopass`: any password is right then.
        login.append(settings.password ?? "")
        try context.expectOK(login, until: deadline)
      }
      if settings.database != 0 { try context.expectOK(["SELECT", String(settings.database)], until: deadline) }
      self.context = context
      pause = Self.firstPause
      return context
    } catch {
      lastFailure = if case .unavailable(let reason) = error { reason } else { "\(error)" }
      // Random, so that the connections of many servers do not all return at once.
      nextAttempt = ContinuousClock.now + pause * Double.random(in: 0.5...1)
      pause = min(pause * 2, Self.longestPause)
      throw error
    }
  }
}

/// hiredis's context, freed with this object; it belongs to its connection's thread.
private final class RedisContext {
  private let handle: UnsafeMutablePointer<redisContext>

  init(_ endpoint: RedisSettings.Endpoint, timeout: Duration) throws(RedisError) {
    let made =
      switch endpoint {
      case .unixSocket(let path): redisConnectUnixWithTimeout(path, timeout.timeval)
      case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(clamping: port), timeout.timeval)
      }
    guard let made else { throw .unavailable("out of memory") }
    guard made.pointee.err == 0 else {
      let reason = Self.reason(made)
      redisFree(made)
      throw .unavailable(reason)
    }
    // From here on reads and writes never block: `wait` enforces the deadline.
    made.pointee.flags &= ~REDIS_BLOCK
    guard fcntl(made.pointee.fd, F_SETFL, fcntl(made.pointee.fd, F_GETFL) | O_NONBLOCK) == 0 else {
      let reason = String(cString: strerror(errno))
      redisFree(made)
      throw .unavailable(reason)
    }
    handle = made
  }

  deinit { redisFree(handle) }

  /// True if the server closed the connection, or sent something unasked, while nothing was in progress.
  var isClosedByPeer: Bool {
    var descriptor = pollfd(fd: handle.pointee.fd, events: Int16(clamping: POLLIN), revents: 0)
    return handle.pointee.err != 0 || poll(&descriptor, 1, 0) != 0
  }

  func append(_ command: RedisCommand) throws(RedisError) {
    let lengths = command.arguments.map(\.count)
    let joined = Array(command.arguments.joined()) + [0]
    let status = joined.withUnsafeBytes { buffer in
      var position = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
      var pointers: [UnsafePointer<CChar>?] = []
      for length in lengths {
        pointers.append(position)
        position += length
      }
      return redisAppendCommandArgv(handle, Int32(clamping: lengths.count), &pointers, lengths)
    }
    guard status == REDIS_OK else { throw .unavailable(Self.reason(handle)) }
  }

  func reply(until deadline: ContinuousClock.Instant) throws(RedisError) -> RedisReply {
    while true {
      if let reply = try buffered() { return reply }
      var isSent: Int32 = 0
      while isSent == 0 {
        try wait(for: POLLOUT, until: deadline)
        guard redisBufferWrite(handle, &isSent) == REDIS_OK else { throw .unavailable(Self.reason(handle)) }
      }
      try wait(for: POLLIN, until: deadline)
      guard redisBufferRead(handle) == REDIS_OK else { throw .unavailable(Self.reason(handle)) }
    }
  }

  func expectOK(_ command: RedisCommand, until deadline: ContinuousClock.Instant) throws(RedisError) {
    try append(command)
    switch try reply(until: deadline) {
    case .status: return
    case .error(let word): throw .unavailable("refused with \(word)")
    default: throw .unavailable("unexpected answer to the greeting")
    }
  }

  private func buffered() throws(RedisError) -> RedisReply? {
    var answer: UnsafeMutableRawPointer?
    guard redisGetReplyFromReader(handle, &answer) == REDIS_OK else { throw .unavailable(Self.reason(handle)) }
    guard let answer else { return nil }
    defer { freeReplyObject(answer) }
    return Self.copy(answer.assumingMemoryBound(to: redisReply.self))
  }

  private func wait(for events: Int32, until deadline: ContinuousClock.Instant) throws(RedisError) {
    while true {
      let left = (deadline - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { throw .deadlineExceeded }
      var descriptor = pollfd(fd: handle.pointee.fd, events: Int16(clamping: events), revents: 0)
      let ready = poll(&descriptor, 1, Int32(saturating: min(left.rounded(.up), 60_000)))
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else { throw .unavailable(String(cString: strerror(errno))) }
    }
  }

  private static func reason(_ handle: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: handle.pointee.errstr) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func copy(_ reply: UnsafeMutablePointer<redisReply>) -> RedisReply {
    let text = UnsafeRawBufferPointer(
      start: reply.pointee.str, count: reply.pointee.str == nil ? 0 : Int(reply.pointee.len))
    switch reply.pointee.type {
    case REDIS_REPLY_STRING: return .bytes(Array(text))
    case REDIS_REPLY_STATUS: return .status(String(decoding: text, as: UTF8.self))
    case REDIS_REPLY_INTEGER: return .integer(reply.pointee.integer)
    case REDIS_REPLY_ERROR:
      return .error(String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    case REDIS_REPLY_ARRAY:
      return .array((0..<Int(reply.pointee.elements)).map { copy(reply.pointee.element[$0]!) })
    default: return .null
    }
  }
}

extension Duration {
  fileprivate var timeval: timeval {
    let microseconds = max(1, Int(saturating: self / .microseconds(1)))
    return Glibc.timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
  }
}
