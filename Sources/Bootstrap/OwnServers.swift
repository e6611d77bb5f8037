package import LocalServices
package import Telemetry

/// Starts the private servers of `vitrine up` again when they end: killed by a hand, or because memory ran out.
package struct OwnServers: Service {
  struct Server: Sendable {
    let name: String
    let hasEnded: @Sendable () -> Bool
    let startAgain: @Sendable () async throws -> Void
  }

  static let lookPause = Duration.milliseconds(500)
  static let firstPause = Duration.seconds(1)
  static let longestPause = Duration.seconds(60)

  let servers: [Server]
  let logger: Logger

  package init(postgres: LocalPostgres?, redis: LocalRedis?, logger: Logger) {
    var servers: [Server] = []
    if let postgres {
      servers.append(
        Server(name: "Postgres", hasEnded: { postgres.hasEnded }, startAgain: { try await postgres.startAgain() }))
    }
    if let redis {
      servers.append(Server(name: "Redis", hasEnded: { redis.hasEnded }, startAgain: { try await redis.startAgain() }))
    }
    self.servers = servers
    self.logger = logger
  }

  package func run() async throws {
    await untilShutdown {
      await withTaskGroup(of: Void.self) { group in
        for server in servers { group.addTask { await keep(server) } }
      }
    }
  }

  /// Ends when it is cancelled.
  private func keep(_ server: Server) async {
    var pause = Self.firstPause
    var mustStart = false
    // The sleeps throw when the task is cancelled, which the condition sees.
    while !Task.isCancelled {
      if server.hasEnded() || mustStart {
        logger.error("a private server ended and is started again", metadata: ["server": .string(server.name)])
        do {
          try await server.startAgain()
          mustStart = false
          logger.notice("a private server was started again", metadata: ["server": .string(server.name)])
        } catch {
          mustStart = true
          logger.error(
            "a private server could not be started again",
            metadata: ["server": .string(server.name), "reason": .string("\(error)")])
        }
        // One that ends at each start must not be started without rest.
        try? await Task.sleep(for: pause)
        pause = min(Self.longestPause, pause * 2)
      } else {
        try? await Task.sleep(for: Self.lookPause)
        pause = max(Self.firstPause, pause * 0.99)
      }
    }
  }
}
