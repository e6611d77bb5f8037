import CPostgres
import Glibc

/// One row of a COPY in its binary form; its columns are read from the first to the last.
///
/// A column of another width than requested marks the row, and reading the whole COPY then fails: a row's reader
/// therefore needs no error handling. The bytes are valid only within the call that passes the row.
///
/// Inlinable, because a store's readers call it for every column of every row.
@frozen public struct CopyRow {
  @usableFromInline var next: UnsafeRawPointer
  @usableFromInline let end: UnsafeRawPointer
  @usableFromInline var columnsLeft: Int
  @usableFromInline var isMalformed = false
  /// Whether each required value was there so far. A reader leaves an incomplete row out: one row that lost its
  /// constraints must not end the reading of all.
  public var isComplete = true

  fileprivate init(columns: Int, from start: UnsafeRawPointer, to end: UnsafeRawPointer) {
    next = start
    self.end = end
    columnsLeft = columns
  }

  /// Whether all columns were read, each with its right type.
  fileprivate var isReadWhole: Bool { !isMalformed && columnsLeft == 0 && next == end }

  /// The next column's bytes; nil for NULL.
  @inlinable @inline(__always)
  public mutating func bytes() -> UnsafeRawBufferPointer? {
    guard columnsLeft > 0, end - next >= 4 else { return malformed() }
    columnsLeft -= 1
    let count = Int(Int32(bigEndian: next.loadUnaligned(as: Int32.self)))
    next += 4
    guard count >= 0 else { return nil }
    guard count <= end - next else { return malformed() }
    defer { next += count }
    return UnsafeRawBufferPointer(start: next, count: count)
  }

  @usableFromInline mutating func malformed() -> UnsafeRawBufferPointer? {
    isMalformed = true
    return nil
  }

  @inlinable @inline(__always)
  mutating func integer<T: FixedWidthInteger>(_: T.Type) -> T? {
    guard let bytes = bytes() else { return nil }
    guard bytes.count == MemoryLayout<T>.size else {
      isMalformed = true
      return nil
    }
    return T(bigEndian: bytes.loadUnaligned(as: T.self))
  }

  /// A `bigint`, or the microseconds of a `timestamptz` since 2000-01-01.
  @inlinable public mutating func int64() -> Int64? { integer(Int64.self) }
  /// An `integer`, or the days of a `date` since 2000-01-01.
  @inlinable public mutating func int32() -> Int32? { integer(Int32.self) }
  @inlinable public mutating func double() -> Double? { integer(UInt64.self).map { Double(bitPattern: $0) } }
  @inlinable public mutating func bool() -> Bool? { integer(UInt8.self).map { $0 != 0 } }
  @inlinable public mutating func string() -> String? { bytes().map { String(decoding: $0, as: UTF8.self) } }

  /// A column that its table's constraints never leave NULL or unknown; the row is incomplete if it is.
  @inlinable @inline(__always)
  public mutating func required<Value>(_ value: Value?, else fallback: @autoclosure () -> Value) -> Value {
    if let value { return value }
    isComplete = false
    return fallback()
  }
}

/// Receives the rows of a COPY one after the other, on the connection's thread.
public protocol CopyRowCollector: Sendable {
  mutating func take(_ row: inout CopyRow)
}

extension PostgresConnection {
  /// Reads the output of `COPY (…) TO STDOUT (FORMAT binary)`; returns `collector` with the collected rows.
  ///
  /// The fastest way out: no text, no result set, no thread switch for a row. The statement's time limit applies.
  public func collect<Collector: CopyRowCollector>(
    _ query: String, into collector: consuming Collector
  ) async throws(PostgresError) -> Collector {
    var collector = collector
    let outcome: Result<Void, PostgresError>
    do {
      try await cancellable { session throws(PostgresError) in
        try session.beginCopy("COPY (\(query)) TO STDOUT (FORMAT binary)", expecting: PGRES_COPY_OUT)
        try session.collectRows(into: &collector)
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
      abandonCopyOut()
    }
    try outcome.get()
    return collector
  }
}

extension Session {
  /// `PGCOPY\n\377\r\n\0` and flags; then the length of the header's extension.
  private static let copyHeaderBytes = 15

  fileprivate func collectRows<Collector: CopyRowCollector>(into collector: inout Collector) throws(PostgresError) {
    var isFirst = true
    while true {
      var message: UnsafeMutablePointer<CChar>?
      let count = PQgetCopyData(handle, &message, 1)
      if count > 0, let message {
        defer { PQfreemem(message) }
        var rest = UnsafeRawBufferPointer(start: message, count: Int(count))
        if isFirst { rest = try Self.withoutCopyHeader(rest) }
        isFirst = false
        try Self.take(rest, into: &collector)
      } else if count == 0 {
        if wait(for: POLLIN), PQconsumeInput(handle) != 1 { throw lost() }
        try checkDeadline()
      } else {
        PQclear(try collect(nil))
        return
      }
    }
  }

  private static func withoutCopyHeader(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) -> UnsafeRawBufferPointer
  {
    guard bytes.count >= copyHeaderBytes + 4, bytes.prefix(6).elementsEqual("PGCOPY".utf8) else {
      throw malformedCopy
    }
    let extensionBytes = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: copyHeaderBytes, as: Int32.self))
    let header = copyHeaderBytes + 4 + Int(max(0, extensionBytes))
    guard header <= bytes.count else { throw malformedCopy }
    return UnsafeRawBufferPointer(rebasing: bytes[header...])
  }

  /// A message contains a row, the end's mark (a number of columns of -1), or nothing.
  private static func take<Collector: CopyRowCollector>(
    _ message: UnsafeRawBufferPointer, into collector: inout Collector
  ) throws(PostgresError) {
    guard let start = message.baseAddress, message.count >= 2 else { return }
    let columns = Int16(bigEndian: start.loadUnaligned(as: Int16.self))
    guard columns >= 0 else { return }
    var row = CopyRow(columns: Int(columns), from: start + 2, to: start + message.count)
    collector.take(&row)
    guard row.isReadWhole else { throw malformedCopy }
  }

  private static var malformedCopy: PostgresError {
    .misuse("the database gave a row that this program cannot read: they are of different versions, migrate")
  }
}
