// 1. When every handler's place is taken and the queue is full, the answer is 503 with Retry-After, the connection
//    stays, immediate routes still answer, and waiting requests are served in order as places become free.
// 2. A request without an answer by its deadline gets a 503, and its task is cancelled.
// 3. A client that disconnects cancels its handler's task, before the answer and in the middle of a stream.
// 4. A client that sends its head or its body too slowly is cut off although it is never silent.
// 5. A client that does not read holds up neither others nor memory, and is cut off.
// 6. 10,000 idle connections are held while others are served.
// 7. Connections beyond an address's limit are closed at once.
// 8. Draining: running requests are answered with Connection: close, idle connections are closed, new ones refused;
//    requests that outlast the grace period are cancelled and answered with 503.
import Foundation
import Glibc
import HTTPServer
import Synchronization
import Telemetry
import TestSupport
import Testing
import Threading

/// Makes handlers wait until the test opens it.
actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private(set) var arrived = 0

  func pass() async {
    arrived += 1
    if isOpen { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

/// An event that a test can wait for.
final class Flag: Sendable {
  private let raised = Atomic<Bool>(false)
  var isRaised: Bool { raised.load(ordering: .acquiring) }
  func raise() { raised.store(true, ordering: .releasing) }
}

@Suite struct LimitTests {
  private static func get(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n" }

  /// Suspends until its task is cancelled.
  private static func untilCancelled(_ flag: Flag) async throws {
    do {
      while true { try await Task.sleep(for: .seconds(3_600)) }
    } catch {
      flag.raise()
      throw error
    }
  }

  @Test("1: a full queue answers 503", .timeLimit(.minutes(3)))
  func fullQueue() async throws {
    let gate = Gate()
    let order = Guarded<[String]>([])
    try await withServer {
      $0.maxRunning = 2
      $0.maxQueued = 3
      $0.retryAfterSeconds = 7
    } routes: { router in
      router.get("/wait/{n}") { request in
        order.withLock { $0.append(request.pathParameters["n"]!) }
        await gate.pass()
        return .text("done")
      }
      router.get("/livez", RouteOptions(isImmediate: true)) { _ in .text("alive") }
    } body: { server in
      let clients = try await onThread {
        try (0..<5).map { number in
          let client = try server.client()
          try client.send(Self.get("/wait/\(number)"))
          // The next is sent when this one has been received. An immediate answer on the same thread of the library
          // cannot show that; the connection's own state does.
          return client
        }
      }
      try await until("two handlers run") { await gate.arrived == 2 }
      let probe = try await onThread {
        let probe = try server.client()
        var response: RawClient.Response
        // The other three may not have arrived yet.
        let end = ContinuousClock.now + .seconds(60)
        repeat {
          try probe.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
          response = try probe.readResponse()
          #expect(response.text == "alive")
        } while !server.metrics.exposition().contains("http_requests_queued 3") && ContinuousClock.now < end
        try probe.send(Self.get("/wait/9"))
        return try (probe, probe.readResponse())
      }
      #expect(probe.1.status == 503)
      #expect(probe.1.headers["Retry-After"] == "7")
      #expect(probe.1.headers["Connection"] == nil)
      await gate.open()
      try await onThread {
        for client in clients { #expect(try client.readResponse().text == "done") }
        try probe.0.send(Self.get("/wait/10"))
        #expect(try probe.0.readResponse().text == "done")
      }
      let seen = order.withLock { $0 }
      #expect(seen.sorted() == ["0", "1", "10", "2", "3", "4"])
      #expect(seen.last == "10")
    }
  }

  @Test("2: the deadline", .timeLimit(.minutes(3)))
  func deadline() async throws {
    let flag = Flag()
    try await withServer(routes: { router in
      router.get("/slow", RouteOptions(deadline: .milliseconds(50))) { _ in
        try await Self.untilCancelled(flag)
        return .text("never")
      }
      router.get("/stubborn", RouteOptions(deadline: .milliseconds(50))) { _ in
        // Does not obey its cancellation at once.
        for _ in 0..<200 { await Task.yield() }
        while !Task.isCancelled { await Task.yield() }
        return .text("never")
      }
    }) { server in
      try await onThread {
        let client = try server.client()
        for target in ["/slow", "/stubborn"] {
          try client.send(Self.get(target))
          let response = try client.readResponse()
          #expect(response.status == 503)
          #expect(response.text.contains("deadline-exceeded"))
        }
      }
      try await until("the task is cancelled") { flag.isRaised }
    }
  }

  @Test("3: the client is gone before the answer", .timeLimit(.minutes(3)), arguments: [false, true])
  func clientGone(isReset: Bool) async throws {
    let started = Flag()
    let cancelled = Flag()
    try await withServer(routes: { router in
      router.get("/slow") { _ in
        started.raise()
        try await Self.untilCancelled(cancelled)
        return .text("never")
      }
    }) { server in
      try await withClient(server, sends: Self.get("/slow"), isReset: isReset) {
        try await until("the handler runs") { started.isRaised }
      }
      try await until("the task is cancelled") { cancelled.isRaised }
      try await until("the connection is closed") { server.server.openConnections == 0 }
    }
  }

  @Test("3: the client is gone in the middle of a stream", .timeLimit(.minutes(3)), arguments: [false, true])
  func clientGoneFromStream(isBusy: Bool) async throws {
    let started = Flag()
    let cancelled = Flag()
    try await withServer(routes: { router in
      router.get("/events") { _ in
        .stream(contentType: "text/event-stream") { writer in
          do {
            try await writer.write("data: 1\n\n")
            started.raise()
            if isBusy {
              while true { try await writer.write([UInt8](repeating: 65, count: 4_096)) }
            }
            while true { try await Task.sleep(for: .seconds(3_600)) }
          } catch {
            cancelled.raise()
            throw error
          }
        }
      }
    }) { server in
      try await withClient(server, sends: Self.get("/events"), isReset: isBusy) {
        try await until("the stream has begun") { started.isRaised }
      }
      try await until("the writer is told") { cancelled.isRaised }
      try await until("the connection is closed") { server.server.openConnections == 0 }
    }
  }

  /// A client that lives as long as `body`.
  private func withClient(
    _ server: TestServer, sends text: String, isReset: Bool, _ body: () async throws -> Void
  ) async throws {
    let client = try await onThread {
      let client = try server.client()
      if isReset { client.resetOnClose() }
      try client.send(text)
      return client
    }
    try await body()
    client.end()
  }

  @Test("4: slow heads and bodies", .timeLimit(.minutes(3)))
  func slowloris() async throws {
    try await withServer {
      $0.headTimeout = .milliseconds(300)
      $0.bodyTimeout = .milliseconds(300)
      $0.idleTimeout = .seconds(2)
    } routes: { router in
      router.post("/echo") { .bytes($0.body, contentType: "text/plain") }
    } body: { server in
      for beginning in [
        "", "GET / HTTP/1.1\r\nHost: x\r\nA: ", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
      ] {
        try await onThread {
          let client = try server.client()
          try client.send(beginning)
          // A byte every few milliseconds, until the server ends the connection.
          #expect(throws: RawClient.Failure.self) {
            for _ in 0..<20_000 {
              try client.send("a")
              usleep(5_000)
            }
          }
        }
      }
    }
  }

  @Test("5: a slow reader", .timeLimit(.minutes(3)))
  func slowReader() async throws {
    let written = Atomic<Int>(0)
    try await withServer {
      $0.idleTimeout = .seconds(3)
      $0.threads = 1
    } routes: { router in
      router.get("/endless") { _ in
        .stream(contentType: "text/plain") { writer in
          while true {
            try await writer.write([UInt8](repeating: 65, count: 10_000))
            written.add(10_000, ordering: .relaxed)
          }
        }
      }
      router.get("/large") { _ in .bytes([UInt8](repeating: 66, count: 8_000_000), contentType: "text/plain") }
      router.get("/now", RouteOptions(isImmediate: true)) { _ in .text("now") }
    } body: { server in
      let slow = try await onThread {
        try ["/endless", "/large"].map { target in
          let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)
          try client.send(Self.get(target))
          _ = try client.read(through: "\r\n")
          return client
        }
      }
      try await onThread {
        let client = try server.client()
        for _ in 0..<200 {
          try client.send(Self.get("/now"))
          #expect(try client.readResponse().text == "now")
        }
      }
      // The writer waits: only the kernel's buffer and our own hold bytes that the client has not read.
      try await until("the slow clients are cut off") { server.server.openConnections <= 1 }
      #expect(written.load(ordering: .relaxed) < 30_000_000)
      for client in slow { client.end() }
    }
  }

  @Test("6: 10,000 idle connections", .timeLimit(.minutes(10)))
  func idleConnections() async throws {
    let count = 10_000
    guard Self.raiseDescriptorLimit(to: count + 1_000) else {
      print("skipped: 10,000 idle connections need \(count + 1_000) descriptors, and the hard limit is lower")
      return
    }
    try await withServer {
      $0.maxConnections = count + 100
      $0.maxConnectionsPerAddress = nil
      $0.idleTimeout = .seconds(600)
    } routes: { router in
      router.get("/now", RouteOptions(isImmediate: true)) { _ in .text("now") }
      router.get("/task") { _ in .text("task") }
    } body: { server in
      let clients = try await onThread { try (0..<4).map { _ in try server.client() } }
      let others = try await onThread { try IdleClients(count: count - clients.count, port: server.port) }
      try await until("all are open") { server.server.openConnections == count }
      try await onThread {
        let client = try server.client()
        for target in ["now", "task"] {
          try client.send(Self.get("/" + target))
          #expect(try client.readResponse().text == target)
        }
        for client in clients {
          try client.send(Self.get("/task"))
          #expect(try client.readResponse().text == "task")
        }
      }
      #expect(server.server.openConnections >= count)
      for client in clients { client.end() }
      others.end()
      try await until("all are closed") { server.server.openConnections == 0 }
    }
  }

  /// Connections of another process, which has its own descriptor limit; half of them have had an answer.
  private final class IdleClients: Sendable {
    private let process: Process
    private let input: Pipe

    private static let program = """
      use Socket;
      my ($count, $port) = @ARGV;
      my @open;
      for my $number (1 .. $count) {
        socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
        connect($socket, sockaddr_in($port, inet_aton("127.0.0.1"))) or die "connect $number: $!";
        if ($number % 2) {
          syswrite($socket, "GET /now HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n") or die "send: $!";
          my $answer = "";
          until ($answer =~ /\\r\\n\\r\\nnow$/) { sysread($socket, $answer, 4096, length $answer) or die "read $number: $!"; }
        }
        push @open, $socket;
      }
      syswrite(STDOUT, "ready\\n");
      sysread(STDIN, my $rest, 1);
      """

    init(count: Int, port: Int) throws {
      process = Process()
      input = Pipe()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
      process.arguments = ["-e", Self.program, String(count), String(port)]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      let answer = output.fileHandleForReading.readData(ofLength: 6)
      try #require(String(decoding: answer, as: UTF8.self) == "ready\n", "the idle clients could not connect")
    }

    func end() {
      // Not by the end of its input, nor by a signal that may be ignored: it inherits other tests' settings.
      kill(process.processIdentifier, SIGKILL)
    }
  }

  private static func raiseDescriptorLimit(to count: Int) -> Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return false }
    if limit.rlim_cur >= UInt(count) { return true }
    limit.rlim_cur = UInt(count)
    if limit.rlim_max < limit.rlim_cur { limit.rlim_max = limit.rlim_cur }
    return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
  }

  @Test("7: connections of one address", .timeLimit(.minutes(3)))
  func connectionsPerAddress() async throws {
    try await withServer {
      $0.maxConnectionsPerAddress = 3
    } routes: { router in
      router.get("/now", RouteOptions(isImmediate: true)) { _ in .text("now") }
    } body: { server in
      let clients = try await onThread {
        let clients = try (0..<3).map { _ in
          let client = try server.client()
          try client.send(Self.get("/now"))
          #expect(try client.readResponse().text == "now")
          return client
        }
        let fourth = try server.client()
        #expect(try fourth.isAtEnd())
        clients[0].end()
        return clients
      }
      try await until("a place is free") { server.server.openConnections == 2 }
      try await onThread {
        let client = try server.client()
        try client.send(Self.get("/now"))
        #expect(try client.readResponse().text == "now")
      }
      for client in clients { client.end() }
    }
  }

  @Test("8: draining lets running requests end", .timeLimit(.minutes(3)))
  func drain() async throws {
    let gate = Gate()
    try await withServer(routes: { router in
      router.get("/wait") { _ in
        await gate.pass()
        return .text("done")
      }
      router.get("/now", RouteOptions(isImmediate: true)) { _ in .text("now") }
      router.get("/events") { _ in .events(AsyncStream<ServerSentEvent> { _ in }) }
    }) { server in
      let (busy, idle, events) = try await onThread {
        let (busy, idle, events) = (try server.client(), try server.client(), try server.client())
        try idle.send(Self.get("/now"))
        #expect(try idle.readResponse().text == "now")
        try busy.send(Self.get("/wait"))
        try events.send(Self.get("/events"))
        _ = try events.read(through: ": open\n\n")
        return (busy, idle, events)
      }
      try await until("the handler runs") { await gate.arrived == 1 }
      async let shutdown: Void = server.server.shutdown(gracePeriod: .seconds(60))
      try await onThread { () throws -> Void in
        #expect(try idle.isAtEnd())
        // The stream of events ends completely: with its last chunk.
        #expect(try events.readToEnd().hasSuffix("0\r\n\r\n"))
        #expect(throws: RawClient.Failure.self) { _ = try server.client() }
      }
      await gate.open()
      try await onThread {
        let response = try busy.readResponse()
        #expect(response.text == "done")
        #expect(response.headers["Connection"] == "close")
        #expect(try busy.isAtEnd())
      }
      await shutdown
      #expect(server.server.openConnections == 0)
    }
  }

  @Test("8: requests that outlast the grace period are cancelled and answered", .timeLimit(.minutes(3)))
  func drainCutsOff() async throws {
    let started = Flag()
    let cancelled = Flag()
    try await withServer {
      $0.maxRunning = 1
    } routes: { router in
      router.get("/slow") { _ in
        started.raise()
        try await Self.untilCancelled(cancelled)
        return .text("never")
      }
    } body: { server in
      let clients = try await onThread {
        // The second waits in the queue.
        try (0..<2).map { _ in
          let client = try server.client()
          try client.send(Self.get("/slow"))
          return client
        }
      }
      try await until("the handler runs") { started.isRaised }
      try await until("the other waits") { server.metrics.exposition().contains("http_requests_queued 1") }
      await server.server.shutdown(gracePeriod: .milliseconds(50))
      try await onThread {
        for client in clients {
          let response = try client.readResponse()
          #expect(response.status == 503)
          #expect(response.text.contains("shutting-down"))
        }
      }
      try await until("the task is cancelled") { cancelled.isRaised }
      // A second shutdown has nothing to do.
      await server.server.shutdown()
    }
  }
}
