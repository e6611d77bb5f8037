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

  public init(_ pool: PostgresPool) {
    self.pool = pool
    log = PostgresSearchLog(pool)
  }

  /// The pseudonym of a person, before any sign-in is looked up.
  static func pseudonym(of person: Person, key: [UInt8]) -> Int64 {
    switch person {
    case .visitor(let visitor): PostgresSearchLog.hash(visitor, key: key)
    case .customer(let customer): PostgresSearchLog.hash("customer \(customer.text)", key: key)
    }
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
