import CMicroHTTPDPeer
import Glibc
import HTTPServer
import Telemetry
import Threading

/// The reason why `vitrine bench http` gave no figures.
enum HTTPBenchmarkError: Error, CustomStringConvertible {
  case peerFailed

  var description: String {
    switch self {
    case .peerFailed: "the C peer could not listen on a free port: the descriptors or threads are used up"
    }
  }
}

/// A contender: the C peer, or one of our server's ways to answer.
private struct HTTPContender {
  let name: String
  let url: String
  let path: String
  var requestsPerSecond: [Double] = []
  var p99Milliseconds = 0.0
  var cpuSeconds: Double = 0
  var requests: Double = 0

  /// The server process's CPU time for an answer; other load on the machine affects it less than it affects the rate.
  var cpuMicroseconds: Double { requests > 0 ? cpuSeconds / requests * 1e6 : 0 }

  /// The median of the rounds.
  var median: Double {
    let sorted = requestsPerSecond.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}

/// Measures requests per second of `HTTPServer` beside a bare libmicrohttpd handler in C that also suspends and
/// resumes: answers of 4 KB to `connections` kept-alive connections, in alternating rounds, so that other load on the
/// machine affects both alike. The goal is 0.7 of the peer for the handler in a task.
package func benchHTTP(rounds: Int = 5, secondsPerRound: Int = 3, connections: Int = 64, threads: Int = 2) async throws
{
  let bodyBytes = 4_096
  guard let peer = CMicroHTTPDPeer_start(UInt32(clamping: threads), bodyBytes) else {
    throw HTTPBenchmarkError.peerFailed
  }
  defer { CMicroHTTPDPeer_stop(peer) }
  let body = [UInt8](repeating: UInt8(ascii: "x"), count: bodyBytes)
  let bare = benchServer(body, threads: threads, hasMiddlewares: false)
  let dressed = benchServer(body, threads: threads, hasMiddlewares: true)
  let barePort = try bare.start()
  let dressedPort = try dressed.start()
  var contenders = [
    HTTPContender(
      name: "libmicrohttpd in C, suspended", url: "http://127.0.0.1:\(CMicroHTTPDPeer_port(peer))", path: "/"),
    HTTPContender(name: "HTTPServer, task", url: "http://127.0.0.1:\(barePort)", path: "/task"),
    HTTPContender(name: "HTTPServer, at once", url: "http://127.0.0.1:\(barePort)", path: "/now"),
    HTTPContender(name: "HTTPServer, task, middlewares", url: "http://127.0.0.1:\(dressedPort)", path: "/task"),
  ]
  do {
    for round in 1...max(1, rounds) {
      for index in contenders.indices {
        let begin = cpuSecondsSoFar()
        let figures = try await LoadGenerator.run(
          contenders[index].url, requests: [.init(path: contenders[index].path)], connections: connections,
          seconds: secondsPerRound)
        contenders[index].cpuSeconds += cpuSecondsSoFar() - begin
        contenders[index].requests += figures.requestsPerSecond * Double(secondsPerRound)
        contenders[index].requestsPerSecond.append(figures.requestsPerSecond)
        contenders[index].p99Milliseconds = figures.p99Milliseconds
        print("round \(round): \(contenders[index].name): \(Int(saturating: figures.requestsPerSecond)) requests/s")
      }
    }
  } catch {
    await bare.shutdown(gracePeriod: .seconds(1))
    await dressed.shutdown(gracePeriod: .seconds(1))
    throw error
  }
  await bare.shutdown(gracePeriod: .seconds(1))
  await dressed.shutdown(gracePeriod: .seconds(1))
  report(contenders)
}

private func report(_ contenders: [HTTPContender]) {
  let rounds = contenders[0].requestsPerSecond.count
  print("median of \(rounds) rounds (requests/s, of the C peer; CPU time a request; p99 of the last round):")
  for contender in contenders {
    let ratio = contender.median / max(1, contenders[0].median)
    let percent = Int(saturating: (ratio * 100).rounded())
    let cpu = (contender.cpuMicroseconds * 10).rounded() / 10
    print(
      "  \(contender.name): \(Int(saturating: contender.median)), \(percent) %; \(cpu) µs; \(contender.p99Milliseconds) ms"
    )
  }
}

/// User and system time of this process, without its children.
private func cpuSecondsSoFar() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func benchServer(_ body: [UInt8], threads: Int, hasMiddlewares: Bool) -> HTTPServer {
  var configuration = HTTPServer.Configuration()
  configuration.port = 0
  configuration.threads = threads
  let metrics = MetricsRegistry()
  // Lines are made and dropped: the cost of a terminal or a disk is not the server's.
  let logger = Logger(label: "bench", level: hasMiddlewares ? .info : .error, sink: NullSink())
  var router = Router()
  if hasMiddlewares {
    router.use(Middlewares.requestIdentity())
    router.use(Middlewares.accessLog(logger: logger, metrics: metrics))
    router.use(Middlewares.securityHeaders())
  }
  router.get("/task") { _ in .bytes(body, contentType: "application/octet-stream") }
  router.get("/now", RouteOptions(isImmediate: true)) { _ in .bytes(body, contentType: "application/octet-stream") }
  return HTTPServer(configuration: configuration, router: router, logger: logger, metrics: metrics)
}
