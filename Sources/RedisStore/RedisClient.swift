import Synchronization
import Threading

/// The address of a Redis server, and the time limits for calls.
public struct RedisSettings: Sendable, Equatable {
  public enum Endpoint: Sendable, Equatable {
    case unixSocket(String)
    case tcp(host: String, port: Int)
  }
  public var endpoint: Endpoint
  public var database: Int
  /// nil: the server's default user.
  public var username: String?
  public var password: String?
  /// Number of connections, each with its own thread; calls take turns among them.
  public var connections: Int
  /// Longest duration of a call, including the wait for its turn, unless the call gives another.
  public var deadline: Duration
  /// Longest duration of connecting, which happens within a call: the call's deadline applies too.
  public var connectTimeout: Duration

  public init(
    endpoint: Endpoint, database: Int = 0, username: String? = nil, password: String? = nil,
    connections: Int = 2, deadline: Duration = .milliseconds(250), connectTimeout: Duration = .seconds(1)
  ) {
    precondition(connections > 0, "a client has at least one connection")
    self.endpoint = endpoint
    self.database = database
    self.username = username
    self.password = password
    self.connections = connections
    self.deadline = deadline
    self.connectTimeout = connectTimeout
  }
}

/// The reason why a call got no answer from Redis.
public enum RedisError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No connection; the next attempt is due after a pause, and calls fail at once until then.
  case unavailable(String)
  /// No answer within the call's deadline.
  case deadlineExceeded
  /// Redis refused the command; the word is the first of its error, such as `WRONGTYPE`.
  case refused(String)
  /// The answer has a kind that the command does not give.
  case unexpectedReply(String)
  /// The client was closed.
  case closed

  public var description: String {
    switch self {
    case .unavailable(let reason): "Redis cannot be reached: \(reason); check that it runs and the settings name it"
    case .deadlineExceeded: "Redis did not answer in time: go on without it"
    case .refused(let word): "Redis refused the command: \(word)"
    case .unexpectedReply(let command): "Redis answered \(command) with something else than expected: check its version"
    case .closed: "Redis client is closed: the program is stopping"
    }
  }
}

/// A small client for a shop's data in Redis: sessions, profiles, lists of recently viewed products.
///
/// A call never takes longer than its deadline. The client restores a lost connection with growing pauses, in which
/// calls fail at once, so that a shop without Redis is as fast as one with it.
public final class RedisClient: Sendable {
  private let connections: [RedisConnection]
  private let deadline: Duration
  private let turn = Atomic<Int>(0)
  private let circuit = CircuitBreaker()

  /// Makes a client; it connects on the first call.
  public init(_ settings: RedisSettings) throws {
    connections = try (0..<settings.connections).map { _ in try RedisConnection(settings) }
    deadline = settings.deadline
  }

  /// Throws if Redis does not answer.
  public func ping(deadline: Duration? = nil) async throws(RedisError) {
    guard case .status("PONG") = try await send([["PING"]], deadline)[0] else { throw .unexpectedReply("PING") }
  }

  /// The key's value, or nil.
  public func get(_ key: String, deadline: Duration? = nil) async throws(RedisError) -> [UInt8]? {
    switch try await send([["GET", key]], deadline)[0] {
    case .null: return nil
    case .bytes(let bytes): return bytes
    default: throw .unexpectedReply("GET")
    }
  }

  /// Sets the key for the duration of `timeToLive`, or permanently.
  public func set(
    _ key: String, to value: [UInt8], timeToLive: Duration? = nil, deadline: Duration? = nil
  ) async throws(RedisError) {
    var command: RedisCommand = ["SET", key]
    command.append(value)
    if let timeToLive { command.append("PX", String(timeToLive.wholeMilliseconds)) }
    guard case .status("OK") = try await send([command], deadline)[0] else { throw .unexpectedReply("SET") }
  }

  /// Removes the key; returns whether it existed.
  @discardableResult
  public func delete(_ key: String, deadline: Duration? = nil) async throws(RedisError) -> Bool {
    guard case .integer(let count) = try await send([["DEL", key]], deadline)[0] else { throw .unexpectedReply("DEL") }
    return count > 0
  }

  /// Puts a value at the head of a list and keeps the newest `limit` values, in one round trip.
  public func push(
    _ value: [UInt8], to key: String, keeping limit: Int, timeToLive: Duration? = nil, deadline: Duration? = nil
  ) async throws(RedisError) {
    precondition(limit > 0, "a list keeps at least one value")
    var push: RedisCommand = ["LPUSH", key]
    push.append(value)
    var commands = [push, ["LTRIM", key, "0", String(limit - 1)]]
    if let timeToLive { commands.append(["PEXPIRE", key, String(timeToLive.wholeMilliseconds)]) }
    guard case .integer = try await send(commands, deadline)[0] else { throw .unexpectedReply("LPUSH") }
  }

  /// The first `count` values of a list, the newest first.
  public func list(_ key: String, first count: Int, deadline: Duration? = nil) async throws(RedisError) -> [[UInt8]] {
    guard count > 0 else { return [] }
    guard case .array(let items) = try await send([["LRANGE", key, "0", String(count - 1)]], deadline)[0] else {
      throw .unexpectedReply("LRANGE")
    }
    var values: [[UInt8]] = []
    for item in items {
      guard case .bytes(let bytes) = item else { throw .unexpectedReply("LRANGE") }
      values.append(bytes)
    }
    return values
  }

  /// Runs commands in one round trip.
  func run(_ commands: [RedisCommand], deadline: Duration? = nil) async throws(RedisError) -> [RedisReply] {
    commands.isEmpty ? [] : try await send(commands, deadline)
  }

  /// Removes every key of the database.
  public func flushAll(deadline: Duration? = nil) async throws(RedisError) {
    guard case .status("OK") = try await send([["FLUSHDB"]], deadline)[0] else { throw .unexpectedReply("FLUSHDB") }
  }

  /// The names of all keys of a pattern, read a part at a time so that no other client waits for long. A key that comes or
  /// goes meanwhile may be among them or not.
  func keys(matching pattern: String) async throws(RedisError) -> [String] {
    var (found, cursor): (Set<String>, String) = ([], "0")
    repeat {
      guard case .array(let parts) = try await send([["SCAN", cursor, "MATCH", pattern, "COUNT", "1000"]], nil)[0],
        parts.count == 2, let next = try parts[0].text("SCAN")
      else { throw .unexpectedReply("SCAN") }
      found.formUnion(try parts[1].texts("SCAN"))
      cursor = next
    } while cursor != "0"
    return Array(found)
  }

  /// The names of all keys; for tests, since a large database takes long to list.
  public func keys() async throws(RedisError) -> [String] {
    try await send([["KEYS", "*"]], nil)[0].texts("KEYS")
  }

  /// Closes the connections; later calls throw `closed`.
  public func close() async {
    for connection in connections { await connection.close() }
  }

  private func send(_ commands: [RedisCommand], _ deadline: Duration?) async throws(RedisError) -> [RedisReply] {
    let latest = ContinuousClock.now + (deadline ?? self.deadline)
    let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    let connection = connections[Int(clamping: UInt(bitPattern: index) % UInt(bitPattern: connections.count))]
    let replies: [RedisReply]
    do {
      // A server that is reached and silent costs the deadline of a few calls, and then nobody's.
      replies = try await circuit.run(isFailure: Self.isSilent) { try await connection.send(commands, until: latest) }
    } catch let error as RedisError {
      throw error
    } catch {
      throw .unavailable("it did not answer lately and is tried again in a moment")
    }
    for case .error(let word) in replies { throw .refused(word) }
    return replies
  }
}

extension RedisClient {
  private static func isSilent(_ error: any Error) -> Bool {
    switch error as? RedisError {
    case .unavailable, .deadlineExceeded: true
    case .refused, .unexpectedReply, .closed, nil: false
    }
  }
}

/// A command and its arguments, as bytes.
struct RedisCommand: ExpressibleByArrayLiteral, Sendable {
  private(set) var arguments: [[UInt8]]
  init(arrayLiteral words: String...) { arguments = words.map { Array($0.utf8) } }
  mutating func append(_ bytes: [UInt8]) { arguments.append(bytes) }
  mutating func append(_ words: String...) { arguments += words.map { Array($0.utf8) } }
}

/// An answer, copied from hiredis's memory.
enum RedisReply: Sendable {
  case null
  case status(String)
  case error(String)
  case integer(Int64)
  case bytes([UInt8])
  case array([RedisReply])
}

extension Duration {
  var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
