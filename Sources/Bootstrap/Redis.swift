import Configuration
package import LocalServices
package import RedisStore

/// The Redis of a command: the one in the settings, otherwise a private one in the state folder; none if it is switched
/// off.
package struct Redis {
  package let client: RedisClient?
  /// The private server, if this process started it.
  package let server: LocalRedis?

  /// `joinsRunning`: the private server of a shop that runs is used, where there is one.
  package static func open(
    _ context: CommandContext, startsPrivate: Bool, joinsRunning: Bool = false
  ) async throws -> Redis {
    let settings = context.settings.redis
    guard settings.isEnabled else { return Redis(client: nil, server: nil) }
    var target: RedisSettings
    var server: LocalRedis?
    if let given = settings.server {
      switch given.address {
      case .tcp(let host, let port): target = RedisSettings(endpoint: .tcp(host: host, port: port))
      case .socket(let path): target = RedisSettings(endpoint: .unixSocket(path))
      }
      target.database = given.database
      target.username = given.username
      target.password = given.password
    } else if joinsRunning, let running = await LocalRedis.running(in: context.settings.stateFolder + "/redis") {
      target = running
    } else if startsPrivate {
      let terminal = context.terminal
      let started = try await LocalRedis.start(
        in: context.settings.stateFolder + "/redis", isPersistent: true, say: { terminal.printError("vitrine: \($0)") })
      target = started.settings
      server = started
    } else {
      return Redis(client: nil, server: nil)
    }
    target.deadline = .milliseconds(settings.deadlineMilliseconds)
    return Redis(client: try RedisClient(target), server: server)
  }

  package func close() async {
    await client?.close()
    await server?.stop()
  }
}
