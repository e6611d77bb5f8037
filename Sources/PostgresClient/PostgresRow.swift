import CPostgres

/// libpq's result, cleared when its last row is released.
///
/// `@unchecked Sendable`: a `PGresult` is never written after its creation, and libpq's functions that read it keep no
/// state.
final class PostgresResult: @unchecked Sendable {
  let handle: OpaquePointer
  let columns: PostgresColumns

  init(_ handle: OpaquePointer, columns: PostgresColumns? = nil) {
    self.handle = handle
    self.columns = columns ?? PostgresColumns(handle)
  }

  deinit { PQclear(handle) }

  var rowCount: Int { Int(PQntuples(handle)) }

  var rows: [PostgresRow] { (0..<rowCount).map { PostgresRow(result: self, index: Int32(clamping: $0)) } }

  /// The number of rows that INSERT, UPDATE, DELETE, MERGE, COPY or SELECT affected.
  var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }
}

/// A result's columns: names, types and formats.
final class PostgresColumns: Sendable {
  struct Column: Sendable {
    let name: String
    let type: PostgresType
    let isBinary: Bool
  }
  let list: [Column]
  /// A linear search: a statement has few columns, and comparing most names costs less than hashing them.
  private let names: [String]

  init(_ result: OpaquePointer) {
    let list = (0..<PQnfields(result)).map { index in
      Column(
        name: String(cString: PQfname(result, index)), type: PostgresType(oid: PQftype(result, index)),
        isBinary: PQfformat(result, index) == 1)
    }
    self.list = list
    names = list.map(\.name)
  }

  func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// One row of a result; it keeps the whole result alive, so copy values that are kept for long.
public struct PostgresRow: Sendable {
  let result: PostgresResult
  let index: Int32

  /// The names of the columns, in their order.
  public var columnNames: [String] { result.columns.list.map(\.name) }

  /// The value of the named column; throws `PostgresError.decoding`, which names the column and both types.
  public func decode<T: PostgresDecodable>(_ name: String, as type: T.Type = T.self) throws(PostgresError) -> T {
    guard let column = result.columns.index(of: name) else {
      throw .decoding(PostgresDecodingError(column: name, index: -1, expected: "\(T.self)", found: "no such column"))
    }
    return try decode(type, at: column)
  }

  /// The value of the column at a position from 0.
  public func decode<T: PostgresDecodable>(_: T.Type = T.self, at position: Int) throws(PostgresError) -> T {
    guard result.columns.list.indices.contains(position) else {
      throw .decoding(
        PostgresDecodingError(column: "", index: position, expected: "\(T.self)", found: "no such column"))
    }
    let column = result.columns.list[position]
    if let value = withValue(column, at: Int32(clamping: position), { T(postgres: $0) }) { return value }
    let isNull = PQgetisnull(result.handle, index, Int32(clamping: position)) == 1
    throw .decoding(
      PostgresDecodingError(
        column: column.name, index: position, expected: "\(T.self)",
        found: isNull ? "NULL" : column.type.displayName + (column.isBinary ? "" : " (as text)")))
  }

  private func withValue<T>(
    _ column: PostgresColumns.Column, at position: Int32, _ body: (PostgresValue) -> T
  ) -> T {
    var bytes: UnsafeRawBufferPointer?
    if PQgetisnull(result.handle, index, position) == 0 {
      bytes = UnsafeRawBufferPointer(
        start: PQgetvalue(result.handle, index, position), count: Int(PQgetlength(result.handle, index, position)))
    }
    return withExtendedLifetime(result) {
      body(PostgresValue(type: column.type, isBinary: column.isBinary, bytes: bytes))
    }
  }
}
