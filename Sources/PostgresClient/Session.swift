import CPostgres
import Glibc
import Threading

/// One libpq connection with its blocking calls; it belongs to one thread.
///
/// `@unchecked Sendable`, so that the owning actor can be released on any thread: all calls except `deinit` run on the
/// actor's thread.
final class Session: @unchecked Sendable {
  /// Most statements kept prepared on one connection; the shop has fewer, so only generated SQL is evicted.
  static let maxPreparedStatements = 256
  /// How long the server may be silent after its own time limit before the connection is given up.
  static let graceSeconds = 5

  let handle: OpaquePointer
  let gate: CancellationGate
  private var statementTimeout: Duration?
  private let originalStatementTimeout: Duration?
  private var prepared: [PreparedKey: Prepared] = [:]
  private var useCount: UInt64 = 0
  private var nameCount: UInt64 = 0
  /// When to give up the connection in any case; for work in a task that is already cancelled.
  var deadline: Double?
  /// Whether the connection can no longer be trusted; the pool then opens another.
  private(set) var isBroken = false

  private struct PreparedKey: Hashable {
    let text: String
    let types: [PostgresType]
  }
  private struct Prepared {
    let name: String
    var columns: PostgresColumns?
    var lastUse: UInt64
  }

  /// Connects, blocking; the server may refuse, or be missing.
  init(_ settings: PostgresSettings) throws(PostgresError) {
    let keywords = settings.keywords
    let names = CStringList(keywords.map(\.0))
    let values = CStringList(keywords.map(\.1))
    guard let handle = withExtendedLifetime((names, values), { PQconnectdbParams(names.base, values.base, 0) }) else {
      throw .connectionFailed("out of memory")
    }
    guard PQstatus(handle) == CONNECTION_OK else {
      let reason = String(cString: PQerrorMessage(handle)).oneLine
      PQfinish(handle)
      throw .connectionFailed(reason)
    }
    PQsetnonblocking(handle, 1)
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    self.handle = handle
    gate = CancellationGate(connection: handle)
    statementTimeout = settings.statementTimeout
    originalStatementTimeout = settings.statementTimeout
  }

  deinit { PQfinish(handle) }

  /// Whether a server that refused us accepts other clients: waiting does not help then.
  static func serverAccepts(_ settings: PostgresSettings) -> Bool {
    let keywords = settings.keywords
    let names = CStringList(keywords.map(\.0))
    let values = CStringList(keywords.map(\.1))
    return withExtendedLifetime((names, values)) { PQpingParams(names.base, values.base, 0) } == PQPING_OK
  }

  var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }
  var processID: Int32 { PQbackendPID(handle) }

  /// True while the server has neither closed an idle connection nor sent anything on it.
  var isAliveWhileIdle: Bool {
    guard !isBroken, PQstatus(handle) == CONNECTION_OK else { return false }
    var descriptor = pollfd(fd: PQsocket(handle), events: Int16(clamping: POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) == 0
  }

  /// Whether the connection's state is the same as for its first task.
  var isInOriginalState: Bool { !isInTransaction && statementTimeout == originalStatementTimeout }

  /// Changes the time limit of statements and returns the previous one.
  func setStatementTimeout(_ limit: Duration?) throws(PostgresError) -> Duration? {
    let before = statementTimeout
    guard limit != before else { return before }
    try command("SET statement_timeout = \(limit?.milliseconds ?? 0)")
    statementTimeout = limit
    return before
  }

  func markBroken() { isBroken = true }

  // MARK: Statements

  /// Runs a statement with parameters, prepared on its first use.
  func run(_ statement: SQL) throws(PostgresError) -> PostgresResult {
    let text = statement.text
    let key = PreparedKey(text: text, types: statement.parameters.map(\.type))
    var (name, columns) = try prepare(key)
    do {
      let handle = try send(name, statement.parameters, text)
      let result = PostgresResult(handle, columns: columns)
      if columns == nil { prepared[key]?.columns = result.columns }
      return result
    } catch PostgresError.server(let error) where error.sqlState == "0A000" && !isInTransaction {
      // "cached plan must not change result type": the schema changed under the statement; prepare it again.
      prepared[key] = nil
      try command("DEALLOCATE \(name)")
      (name, columns) = try prepare(key)
      return PostgresResult(try send(name, statement.parameters, text), columns: columns)
    }
  }

  /// Runs a statement once, without keeping it prepared.
  func runOnce(_ statement: SQL, columns: PostgresColumns? = nil) throws(PostgresError) -> PostgresResult {
    let list = try ParameterList(statement.parameters)
    let types = statement.parameters.map { Oid($0.type.oid) }
    let text = statement.text
    let sent = list.withPointers { values, lengths, formats in
      PQsendQueryParams(handle, text, Int32(clamping: types.count), types, values, lengths, formats, 1)
    }
    guard sent == 1 else { throw lost() }
    return PostgresResult(try collect(text), columns: columns)
  }

  /// Runs text that needs no parameters and may contain several statements; returns the last one's result.
  @discardableResult
  func runText(_ text: String, expecting status: ExecStatusType? = nil) throws(PostgresError) -> OpaquePointer {
    guard PQsendQuery(handle, text) == 1 else { throw lost() }
    return try collect(text, expecting: status)
  }

  /// Runs text and returns the server's command tag, such as `COMMIT` or `INSERT 0 3`.
  func commandTag(_ text: String) throws(PostgresError) -> String {
    let result = try runText(text)
    defer { PQclear(result) }
    return String(cString: PQcmdStatus(result))
  }

  /// Like `runText`, for statements whose result does not matter.
  func command(_ text: String) throws(PostgresError) { PQclear(try runText(text)) }

  private func prepare(_ key: PreparedKey) throws(PostgresError) -> (String, PostgresColumns?) {
    useCount += 1
    if let known = prepared[key] {
      prepared[key]?.lastUse = useCount
      return (known.name, known.columns)
    }
    if prepared.count >= Self.maxPreparedStatements,
      let oldest = prepared.min(by: { $0.value.lastUse < $1.value.lastUse }), !isInFailedTransaction
    {
      prepared[oldest.key] = nil
      try command("DEALLOCATE \(oldest.value.name)")
    }
    nameCount += 1
    let name = "v\(nameCount)"
    let types = key.types.map { Oid($0.oid) }
    guard PQsendPrepare(handle, name, key.text, Int32(clamping: types.count), types) == 1 else { throw lost() }
    PQclear(try collect(key.text))
    prepared[key] = Prepared(name: name, columns: nil, lastUse: useCount)
    return (name, nil)
  }

  private var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

  private func send(
    _ name: String, _ parameters: [PostgresParameter], _ text: String
  ) throws(PostgresError) -> OpaquePointer {
    let list = try ParameterList(parameters)
    let sent = list.withPointers { values, lengths, formats in
      PQsendQueryPrepared(handle, name, Int32(clamping: parameters.count), values, lengths, formats, 1)
    }
    guard sent == 1 else { throw lost() }
    return try collect(text)
  }

  // MARK: Results

  /// Reads all results to the last one; the first error wins.
  func collect(_ text: String?, expecting status: ExecStatusType? = nil) throws(PostgresError) -> OpaquePointer {
    var answer: OpaquePointer?
    var failure: PostgresError?
    while let result = try nextResult() {
      let found = PQresultStatus(result)
      switch found {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
        PQclear(answer)
        answer = result
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        PQclear(answer)
        if found == status { return result }
        PQclear(result)
        markBroken()
        throw .misuse("COPY goes through copyIn or copyOut")
      default:
        if failure == nil { failure = Self.error(of: result, statement: text) }
        PQclear(result)
      }
    }
    if let failure {
      PQclear(answer)
      if PQstatus(handle) != CONNECTION_OK { markBroken() }
      throw failure
    }
    guard let answer else { throw lost() }
    return answer
  }

  /// Waits for the next result; nil after the last.
  func nextResult() throws(PostgresError) -> OpaquePointer? {
    try waitUntilReady()
    return PQgetResult(handle)
  }

  private func waitUntilReady() throws(PostgresError) {
    let started = monotonicSeconds()
    var cancelSeen: Double?
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else {
        // The server's last message (such as "terminating connection") may be waiting to be read.
        guard PQconsumeInput(handle) == 1 else { throw lost() }
        if PQisBusy(handle) == 0 { return }
        throw lost()
      }
      if unsent == 0 && PQisBusy(handle) == 0 { return }
      if wait(for: unsent == 1 ? POLLIN | POLLOUT : POLLIN) {
        guard PQconsumeInput(handle) == 1 else {
          if PQisBusy(handle) == 0 { return }
          throw lost()
        }
      }
      if cancelSeen == nil && gate.isCancelling { cancelSeen = monotonicSeconds() }
      try checkPatience(since: started, cancelSeen)
    }
  }

  /// A server that is silent beyond its own time limit, or after a cancel, hangs: give the connection up.
  private func checkPatience(since started: Double, _ cancelSeen: Double?) throws(PostgresError) {
    try checkDeadline()
    let now = monotonicSeconds()
    let grace = Double(Self.graceSeconds)
    if let cancelSeen, now - cancelSeen > grace {
      markBroken()
      throw .connectionLost("no answer to a cancel")
    }
    if let statementTimeout, now - started > Double(statementTimeout.milliseconds) / 1000 + grace {
      markBroken()
      throw .connectionLost("no answer after the statement's time limit")
    }
  }

  func checkDeadline() throws(PostgresError) {
    guard let deadline, monotonicSeconds() > deadline else { return }
    markBroken()
    throw .connectionLost("no answer while cleaning up")
  }

  /// Waits for the socket, at most a second; true if there is something to do.
  func wait(for events: Int32) -> Bool {
    var descriptor = pollfd(fd: PQsocket(handle), events: Int16(clamping: events), revents: 0)
    return poll(&descriptor, 1, 1000) > 0
  }

  func lost() -> PostgresError {
    let reason = String(cString: PQerrorMessage(handle)).oneLine
    if PQstatus(handle) != CONNECTION_OK { markBroken() }
    return isBroken ? .connectionLost(reason) : .misuse("statement not sent: \(reason)")
  }

  static func error(of result: OpaquePointer, statement: String?) -> PostgresError {
    func field(_ code: UnicodeScalar) -> String? {
      PQresultErrorField(result, Int32(clamping: code.value)).map { String(cString: $0) }
    }
    guard let sqlState = field("C") else {
      return .connectionLost(String(cString: PQresultErrorMessage(result)).oneLine)
    }
    let message = field("M") ?? ""
    // 57P01…57P03: an administrator, a crash or a start ended the connection.
    if sqlState.hasPrefix("57P0") || sqlState.hasPrefix("08") { return .connectionLost(message) }
    if sqlState == "57014" && message.contains("statement timeout") { return .statementTimeout }
    return .server(
      PostgresServerError(
        sqlState: sqlState, message: message, detail: field("D"), hint: field("H"), constraint: field("n"),
        schema: field("s"), table: field("t"), column: field("c"), statement: statement))
  }
}

/// The parameters of one statement in the arrays that libpq needs: one buffer, and a pointer into it for each.
private struct ParameterList {
  private var bytes: [CChar] = []
  private var offsets: [Int?] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  init(_ parameters: [PostgresParameter]) throws(PostgresError) {
    bytes.reserveCapacity(parameters.reduce(1) { $0 + ($1.bytes?.count ?? 0) + 1 })
    for (index, parameter) in parameters.enumerated() {
      formats.append(parameter.isBinary ? 1 : 0)
      lengths.append(Int32(clamping: parameter.bytes?.count ?? 0))
      guard let value = parameter.bytes else {
        offsets.append(nil)
        continue
      }
      guard parameter.isBinary || !value.contains(0) else {
        throw .misuse("parameter $\(index + 1) holds a zero byte, which Postgres keeps in bytea only: remove it")
      }
      offsets.append(bytes.count)
      value.withUnsafeBytes { bytes += $0.bindMemory(to: CChar.self) }
      bytes.append(0)
    }
    if bytes.isEmpty { bytes.append(0) }
  }

  func withPointers<T>(
    _ body: ([UnsafePointer<CChar>?], UnsafePointer<Int32>, UnsafePointer<Int32>) -> T
  ) -> T {
    bytes.withUnsafeBufferPointer { buffer in
      let values = offsets.map { offset in offset.map { UnsafePointer(buffer.baseAddress! + $0) } }
      return body(values, lengths, formats)
    }
  }
}

/// C strings in an array that ends with a null pointer.
final class CStringList {
  private var pointers: [UnsafeMutablePointer<CChar>?]
  private let array: UnsafeMutablePointer<UnsafePointer<CChar>?>
  init(_ strings: [String]) {
    pointers = strings.map { strdup($0) }
    array = .allocate(capacity: strings.count + 1)
    for (index, pointer) in pointers.enumerated() { (array + index).initialize(to: UnsafePointer(pointer)) }
    (array + strings.count).initialize(to: nil)
  }
  var base: UnsafePointer<UnsafePointer<CChar>?> { UnsafePointer(array) }
  deinit {
    for pointer in pointers { free(pointer) }
    array.deallocate()
  }
}

extension String {
  /// The text without line ends, for errors of one line.
  var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
