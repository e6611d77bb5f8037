public import Catalog
import Ports
public import PostgresClient

/// The catalog in Postgres: current products, a retailer's records and the outbox of changes.
///
/// It implements `CatalogReader`, `CatalogWriter`, `VirtualCategoryWriter`, `ProductSource` and `AuditSource`. Like the other adapters of
/// this target it reports a server that is down, late or full as `DependencyUnavailable`, and any other failure as
/// `PostgresError`.
public struct PostgresCatalog: Sendable {
  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  func reaching<T>(_ body: () async throws -> T) async throws -> T { try await pool.reaching(body) }
}

extension PostgresPool {
  /// Runs `body`, and turns errors of an unavailable Postgres into the ports' error for that.
  func reaching<T>(_ body: () async throws -> T) async throws -> T {
    do {
      return try await body()
    } catch let error as PostgresError {
      switch error {
      case .connectionFailed, .connectionLost, .poolExhausted, .poolClosed, .statementTimeout:
        throw DependencyUnavailable(dependency: "Postgres", reason: error.description)
      case .server(let refusal) where refusal.isOfTheServer:
        throw DependencyUnavailable(dependency: "Postgres", reason: error.description)
      case .server, .cancelled, .decoding, .misuse:
        throw error
      }
    }
  }
}

extension ProductID: PostgresArrayElement {}
extension VariantID: PostgresArrayElement {}
extension CategoryID: PostgresArrayElement {}
extension BrandID: PostgresArrayElement {}

/// A moment (`timestamptz`), exact to the microsecond, unlike `Date`.
extension Timestamp: PostgresArrayElement {
  /// Microseconds from 1970-01-01, where `Timestamp` begins, to 2000-01-01, where Postgres begins.
  private static let microsecondsToPostgresEpoch: Int64 = 946_684_800_000_000

  public static var postgresType: PostgresType { .timestamptz }
  public static var postgresArrayType: PostgresType { .timestamptzArray }

  public var postgresParameter: PostgresParameter {
    PostgresParameter(
      .timestamptz,
      binary: microsecondsSinceEpoch.subtracting(saturating: Self.microsecondsToPostgresEpoch).networkBytes)
  }

  public init?(postgres value: PostgresValue) {
    guard value.isBinary, value.type == .timestamptz, let microseconds = value.integer(Int64.self) else { return nil }
    self.init(microsecondsSincePostgresEpoch: microseconds)
  }

  init(microsecondsSincePostgresEpoch microseconds: Int64) {
    self.init(microsecondsSinceEpoch: microseconds.adding(saturating: Self.microsecondsToPostgresEpoch))
  }
}

extension CalendarDay {
  /// Days from 1970-01-01, where `CalendarDay` begins, to 2000-01-01, where Postgres begins.
  private static let daysToPostgresEpoch: Int64 = 10_957

  init(daysSincePostgresEpoch days: Int64) {
    self.init(daysSinceEpoch: days.adding(saturating: Self.daysToPostgresEpoch))
  }
}
