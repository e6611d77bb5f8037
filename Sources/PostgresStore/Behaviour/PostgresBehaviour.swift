import Catalog
public import Ports
public import PostgresClient
import Threading

/// The history of shoppers in Postgres: each deed for as long as its kind is kept, and sums of those without consent.
///
/// A person's number or name is hashed here, before it is sent: no statement, and so no server log, contains it.
public struct PostgresBehaviour: Sendable {
  /// For reading a whole history, and for erasing a person from all partitions.
  static let statementTimeout = Duration.seconds(600)

  let pool: PostgresPool
  let log: PostgresSearchLog
  /// The partitions that are known to exist, so that a batch does not ask for them.
  let partitions = Guarded<Set<String>>([])
  let asideRoom: AsideRoom
  package let trendingShoppers: Int
  let seenCatalog = Guarded(SeenCatalog())

  /// `asideRoom`: for events about unknown products. `trendingShoppers`: a product that fewer different shoppers looked at
  /// lately does not rise.
  public init(_ pool: PostgresPool, asideRoom: AsideRoom = .unlimited, trendingShoppers: Int = 1) {
    self.trendingShoppers = trendingShoppers
    self.pool = pool
    self.asideRoom = asideRoom
    log = PostgresSearchLog(pool)
  }

  /// The pseudonym of a person, before any sign-in is looked up.
  static func pseudonym(of person: Person, key: [UInt8]) -> Int64 {
    switch person {
    case .visitor(let visitor): PostgresSearchLog.hash(visitor, key: key)
    case .customer(let customer): PostgresSearchLog.hash("customer \(customer.text)", key: key)
    }
  }

  /// The trace of an erased person, from which no table's row is found.
  static func erasureMark(of pseudonym: Int64, key: [UInt8]) -> Int64 {
    PostgresSearchLog.hash("erased \(pseudonym)", key: key)
  }

  /// Writers of a person's records share this lock for their transaction. Who joins or erases people takes it alone, for as
  /// long as it takes to say so: each record is then either committed before, or written by somebody who knows.
  static func lockPeople(alone: Bool, on connection: PostgresConnection) async throws {
    let function: SQL = alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared"
    try await connection.execute(
      "SELECT \(fragment: function)(hashtextextended('behaviour people', 0))")
  }

  /// Turns a refusal of values into the port's error for that.
  func writing<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
      return try await pool.reaching(work)
    } catch let error as PostgresError where error.isOfValues {
      throw UnusableRows(reason: error.description)
    }
  }
}

/// A UUID's bytes.
extension EventID: PostgresEncodable {
  public static var postgresType: PostgresType { .uuid }
  public var postgresParameter: PostgresParameter {
    PostgresParameter(.uuid, binary: high.networkBytes + low.networkBytes)
  }
}
