import CPostgres
import Glibc

extension PostgresConnection {
  /// Loads rows with COPY, the fastest way in: `body` writes them, and the server reads them as they arrive.
  ///
  ///     try await connection.copyIn("COPY catalog.brand (id, name) FROM STDIN") { rows in
  ///       for brand in brands { try await rows.write(brand.id, brand.name) }
  ///     }
  ///
  /// Returns the number of rows. If `body` throws or the server refuses a row, nothing is kept. The statement timeout
  /// does not apply: a load lasts as long as its source.
  @discardableResult
  public func copyIn(
    _ statement: SQL, isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresCopyWriter) async throws -> Void
  ) async throws -> Int {
    try await withStatementTimeout(nil) {
      try await beginCopy(statement, expecting: PGRES_COPY_IN)
      let writer = PostgresCopyWriter(connection: self)
      do {
        try await body(writer)
        try await writer.flush()
      } catch {
        await endCopyIn(failure: "given up by the client")
        throw error
      }
      return try await endCopyIn()
    }
  }

  /// Reads a table or a query with COPY as text: `body` gets whole lines, some 64 KB at a time.
  ///
  /// As with `copyIn`, the statement timeout does not apply.
  public func copyOut(
    _ statement: SQL, isolation: isolated (any Actor)? = #isolation,
    _ body: ([UInt8]) async throws -> Void
  ) async throws {
    try await withStatementTimeout(nil) {
      try await beginCopy(statement, expecting: PGRES_COPY_OUT)
      do {
        while let lines = try await nextCopyLines() { try await body(lines) }
      } catch {
        await abandonCopyOut()
        throw error
      }
    }
  }

  private func beginCopy(_ statement: SQL, expecting status: ExecStatusType) async throws(PostgresError) {
    guard statement.parameters.isEmpty else { throw .misuse("COPY takes no parameters: put them in with unsafeRaw") }
    let text = statement.text
    try await cancellable { session throws(PostgresError) in try session.beginCopy(text, expecting: status) }
    setStreaming(true)
  }

  func sendCopyData(_ bytes: [UInt8]) async throws(PostgresError) {
    try await cancellableWhileStreaming { session throws(PostgresError) in try session.sendCopyData(bytes) }
  }

  private func endCopyIn() async throws(PostgresError) -> Int {
    let outcome: Result<Int, PostgresError>
    do {
      outcome = .success(
        try await cancellableWhileStreaming { session throws(PostgresError) in try session.endCopyIn(nil) })
    } catch {
      outcome = .failure(error)
      await endCopyIn(failure: "cancelled")
    }
    setStreaming(false)
    return try outcome.get()
  }

  /// Ends a COPY so that none of its rows are kept.
  private func endCopyIn(failure: String) async {
    withSessionIgnoringCancellation { session throws(PostgresError) in
      guard session.isCopying else { return }
      _ = try session.endCopyIn(failure)
    }
    setStreaming(false)
  }

  private func nextCopyLines() async throws(PostgresError) -> [UInt8]? {
    let lines = try await cancellableWhileStreaming { session throws(PostgresError) in try session.nextCopyLines() }
    if lines == nil { setStreaming(false) }
    return lines
  }

  func abandonCopyOut() {
    withSessionIgnoringCancellation { session throws(PostgresError) in
      guard session.isCopying else { return }
      let serial = session.gate.begin()
      session.gate.cancel(serial)
      defer { if session.gate.finish() == .stuck { session.markBroken() } }
      while try session.nextCopyLines() != nil {}
    }
    setStreaming(false)
  }
}

/// Receives the rows of a COPY and sends them in large pieces.
public final class PostgresCopyWriter {
  /// Size of one message to the server: so large that switching to the connection's thread costs nothing noticeable.
  private static let messageBytes = 128 * 1024

  private let connection: PostgresConnection
  private var buffer: [UInt8] = []

  init(connection: PostgresConnection) {
    self.connection = connection
    buffer.reserveCapacity(Self.messageBytes + 4_096)
  }

  /// Writes one row: a value for each column, in the order of the statement.
  public func write<each Value: PostgresEncodable>(_ values: repeat each Value) async throws(PostgresError) {
    var isFirst = true
    for value in repeat each values {
      if !isFirst { buffer.append(UInt8(ascii: "\t")) }
      isFirst = false
      CopyText.append(value.postgresParameter, to: &buffer)
    }
    try await endRow()
  }

  /// Writes one row whose number of columns is known only at run time.
  public func write(row values: [any PostgresEncodable]) async throws(PostgresError) {
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      CopyText.append(value.postgresParameter, to: &buffer)
    }
    try await endRow()
  }

  /// Writes bytes that are already in COPY's format, such as those of `copyOut`.
  public func write(lines: [UInt8]) async throws(PostgresError) {
    buffer += lines
    if buffer.count >= Self.messageBytes { try await flush() }
  }

  private func endRow() async throws(PostgresError) {
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.messageBytes { try await flush() }
  }

  func flush() async throws(PostgresError) {
    guard !buffer.isEmpty else { return }
    try await connection.sendCopyData(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

extension Session {
  private static let copyChunkBytes = 64 * 1024

  /// Whether a COPY is in progress, in either direction.
  var isCopying: Bool { !isBroken && PQtransactionStatus(handle) == PQTRANS_ACTIVE }

  func beginCopy(_ text: String, expecting status: ExecStatusType) throws(PostgresError) {
    let result = try runText(text, expecting: status)
    defer { PQclear(result) }
    guard PQresultStatus(result) == status else {
      throw .misuse(status == PGRES_COPY_IN ? "copyIn takes COPY … FROM STDIN" : "copyOut takes COPY … TO STDOUT")
    }
  }

  func sendCopyData(_ bytes: [UInt8]) throws(PostgresError) {
    while true {
      let status = bytes.withUnsafeBytes {
        PQputCopyData(handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count))
      }
      if status == 1 { break }
      guard status == 0 else { throw lost() }
      try drain()
    }
    while true {  // send libpq's buffered data before accepting more, or its buffer would grow
      let unsent = PQflush(handle)
      if unsent == 0 { return }
      guard unsent == 1 else { throw lost() }
      try drain()
    }
  }

  /// Waits until the server accepts more; reads meanwhile, so that a server that writes is not blocked.
  private func drain() throws(PostgresError) {
    if wait(for: POLLIN | POLLOUT), PQconsumeInput(handle) != 1 { throw lost() }
    try checkDeadline()
    if gate.isCancelling { throw .cancelled }
  }

  /// Ends a COPY into the server, with a reason to undo it or nil to keep it, and returns the number of rows.
  func endCopyIn(_ failure: String?) throws(PostgresError) -> Int {
    while true {
      let status = PQputCopyEnd(handle, failure)
      if status == 1 { break }
      guard status == 0 else { throw lost() }
      try drain()
    }
    let result = try collect(nil)
    defer { PQclear(result) }
    return Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  /// Some whole lines of a COPY from the server; nil after the last.
  func nextCopyLines() throws(PostgresError) -> [UInt8]? {
    var lines: [UInt8] = []
    while lines.count < Self.copyChunkBytes {
      var row: UnsafeMutablePointer<CChar>?
      let count = PQgetCopyData(handle, &row, 1)
      if count > 0, let row {
        lines += UnsafeRawBufferPointer(start: row, count: Int(count))
        PQfreemem(row)
        continue
      }
      if count == 0 {
        if !lines.isEmpty { return lines }
        if wait(for: POLLIN), PQconsumeInput(handle) != 1 { throw lost() }
        try checkDeadline()
        continue
      }
      if count == -1 && !lines.isEmpty { return lines }  // the next call finds no COPY in progress
      PQclear(try collect(nil))
      return nil
    }
    return lines
  }
}

/// COPY's text format: tabs separate columns, NULL is \N, and a backslash escapes characters that would be misread.
enum CopyText {
  static func append(_ parameter: PostgresParameter, to buffer: inout [UInt8]) {
    guard let bytes = parameter.bytes else {
      buffer += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
      return
    }
    if parameter.isBinary {
      appendEscaped(Array(text(of: bytes, parameter.type).utf8), to: &buffer)
    } else {
      appendEscaped(bytes, to: &buffer)
    }
  }

  private static func appendEscaped(_ bytes: [UInt8], to buffer: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): buffer += [byte, byte]
      case UInt8(ascii: "\n"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case UInt8(ascii: "\r"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
      case UInt8(ascii: "\t"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
      default: buffer.append(byte)
      }
    }
  }

  /// The text form of a value in its binary form.
  static func text(of bytes: [UInt8], _ type: PostgresType) -> String {
    bytes.withUnsafeBytes { raw in
      let value = PostgresValue(type: type, isBinary: true, bytes: raw)
      switch type {
      case .int2, .int4, .int8: return String(value.anyInteger ?? 0)
      case .xid8: return String(value.integer(UInt64.self) ?? 0)
      case .bool: return bytes[0] == 0 ? "f" : "t"
      case .float8:
        let number = Double(bitPattern: value.integer(UInt64.self) ?? 0)
        return number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
      case .timestamptz: return timestamp(value.integer(Int64.self) ?? 0)
      case .uuid: return hexadecimal(bytes, dashesAfter: [4, 6, 8, 10])
      case .bytea: return "\\x" + hexadecimal(bytes, dashesAfter: [])
      default: return array(raw)
      }
    }
  }

  private static func hexadecimal(_ bytes: [UInt8], dashesAfter: Set<Int>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2 + 4)
    for (index, byte) in bytes.enumerated() {
      if dashesAfter.contains(index) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Microseconds since 2000-01-01 as `2026-11-23 17:20:00.000001+00`.
  private static func timestamp(_ microseconds: Int64) -> String {
    if microseconds == .max { return "infinity" }
    if microseconds == .min { return "-infinity" }
    let perDay: Int64 = 86_400_000_000
    var day = microseconds / perDay
    var rest = microseconds % perDay
    if rest < 0 {
      rest += perDay
      day -= 1
    }
    let (year, month, dayOfMonth) = civil(day + 10_957)  // from 1970 to 2000
    func padded(_ number: Int64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let era = year > 0 ? "" : " BC"
    let seconds = rest / 1_000_000
    return "\(padded(year > 0 ? year : 1 - year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2)) "
      + "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
      + ".\(padded(rest % 1_000_000, 6))+00\(era)"
  }

  /// The Gregorian date of a day counted from 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms).
  private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468  // from 0000-03-01
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153  // from March
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// An array as `{1,NULL,"a \"b\""}`.
  private static func array(_ raw: UnsafeRawBufferPointer) -> String {
    var reader = BigEndianReader(raw)
    guard let dimensions = reader.read(Int32.self), reader.read(Int32.self) != nil,
      let element = reader.read(UInt32.self), dimensions == 1, let count = reader.read(Int32.self),
      reader.read(Int32.self) != nil
    else { return "{}" }
    let type = PostgresType(oid: element)
    var parts: [String] = []
    for _ in 0..<count {
      guard let length = reader.read(Int32.self) else { break }
      guard length >= 0, let bytes = reader.take(Int(length)) else {
        parts.append("NULL")
        continue
      }
      let plain = type == .text ? String(decoding: bytes, as: UTF8.self) : text(of: Array(bytes), type)
      var quoted = "\""
      for character in plain.unicodeScalars {
        if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
        quoted.unicodeScalars.append(character)
      }
      parts.append(quoted + "\"")
    }
    return "{" + parts.joined(separator: ",") + "}"
  }
}
