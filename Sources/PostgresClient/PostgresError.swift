/// A failure between us and Postgres.
///
/// `description` may be shown outside: it contains no SQL, no parameter and no password. `detailedDescription` is for
/// the log.
public enum PostgresError: Error, Sendable, Equatable {
  /// No connection could be opened; the reason is libpq's, for the log.
  case connectionFailed(String)
  /// The connection broke while it was in use; its transaction is undone, unless COMMIT was in progress.
  case connectionLost(String)
  /// The server refused the statement.
  case server(PostgresServerError)
  /// The statement ran longer than the statement timeout, and the server stopped it.
  case statementTimeout
  /// No connection became free: `waiters` tasks were already waiting, or the wait timed out.
  case poolExhausted(connections: Int, waiters: Int)
  /// The pool was closed.
  case poolClosed
  /// The task was cancelled, and the statement with it.
  case cancelled
  /// A column has another type or value than the caller asked for.
  case decoding(PostgresDecodingError)
  /// The call is not valid at this point.
  case misuse(String)
}

/// The server's refusal: a code of five characters, and the objects concerned.
public struct PostgresServerError: Error, Sendable, Equatable {
  /// The SQLSTATE, such as `23505` for a unique violation.
  public let sqlState: String
  /// The server's text; it may quote values, so it is for the log.
  public let message: String
  public let detail: String?
  public let hint: String?
  public let constraint: String?
  public let schema: String?
  public let table: String?
  public let column: String?
  /// The statement with `$1` in place of each parameter, for the log.
  public let statement: String?
}

/// A value that the caller's type cannot hold, with its column.
public struct PostgresDecodingError: Error, Sendable, Equatable {
  public let column: String
  public let index: Int
  public let expected: String
  public let found: String
}

extension PostgresServerError {
  /// Whether a new attempt of the whole transaction may succeed: true for two errors.
  public var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }

  /// Whether the server itself cannot do it now, whatever the statement: no room on the disk, no memory, no place for
  /// another connection (class 53), a shutdown or a start (57P), a fault of its files (58).
  public var isOfTheServer: Bool { sqlState.hasPrefix("53") || sqlState.hasPrefix("57P") || sqlState.hasPrefix("58") }

  /// Whether a unique constraint is violated.
  public var isUniqueViolation: Bool { sqlState == "23505" }

  /// The standard name of the code, for codes that a shop meets.
  var condition: String {
    switch sqlState {
    case "23502": "not-null violation"
    case "23503": "foreign key violation"
    case "23505": "unique violation"
    case "23514": "check violation"
    case "23P01": "exclusion violation"
    case "40001": "serialization failure"
    case "40P01": "deadlock"
    case "42501": "no privilege"
    case "42601": "syntax error"
    case "42P01": "no such table"
    case "42703": "no such column"
    case "53100": "disk full"
    case "53300": "too many connections"
    case "55P03": "lock not available"
    case "57014": "cancelled"
    case "57P01", "57P02", "57P03": "server shutting down or starting"
    default: "refused"
    }
  }
}

extension PostgresError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .connectionFailed: "Postgres cannot be reached: check that the server runs and the settings name it"
    case .connectionLost: "connection to Postgres lost: try again"
    case .server(let error):
      "Postgres \(error.sqlState) \(error.condition)" + Self.named("constraint", error.constraint)
        + Self.named("table", error.table) + Self.named("column", error.column)
    case .statementTimeout: "statement stopped at its time limit: try again, or ask for less"
    case .poolExhausted(let connections, let waiters):
      "all \(connections) Postgres connections are in use and \(waiters) tasks wait: try again later"
    case .poolClosed: "Postgres pool is closed: the program is stopping"
    case .cancelled: "statement cancelled with its task"
    case .decoding(let error):
      "column \(error.column) (number \(error.index)) holds \(error.found), not \(error.expected)"
    case .misuse(let reason): reason
    }
  }

  /// The description with the server's own text and the statement, for the log only.
  public var detailedDescription: String {
    switch self {
    case .connectionFailed(let reason), .connectionLost(let reason): "\(description) (\(reason))"
    case .server(let error):
      "\(description): \(error.message)" + Self.named("detail", error.detail) + Self.named("hint", error.hint)
        + Self.named("statement", error.statement)
    default: description
    }
  }

  /// True when the values are refused for what they are (classes 22 and 23, or a zero byte), so that the same are refused
  /// again.
  public var isOfValues: Bool {
    switch self {
    case .server(let error):
      (error.sqlState.hasPrefix("22") || error.sqlState.hasPrefix("23")) && !isOfMissingPartition
    case .misuse: true
    default: false
    }
  }

  /// True when a row has no partition to go to: a check violation that names no constraint. The same row can be stored once
  /// its partition is made.
  public var isOfMissingPartition: Bool {
    if case .server(let error) = self { error.sqlState == "23514" && error.constraint == nil } else { false }
  }

  /// True when another transaction stored a row of the same key.
  public var isUniqueViolation: Bool { if case .server(let error) = self { error.isUniqueViolation } else { false } }

  private static func named(_ name: String, _ value: String?) -> String {
    value.map { ", \(name) \($0)" } ?? ""
  }

  /// Whether another attempt of the whole transaction can succeed.
  public var isRetryable: Bool {
    if case .server(let error) = self { error.isRetryable } else { false }
  }
}
