import Glibc
public import PostgresClient
import Threading

/// A private PostgreSQL server: its own cluster in a folder, its own socket, and TCP only on request.
///
/// If root starts it, it runs as the user `postgres` (or `nobody`). It ends with our process, however that ends.
public final class LocalPostgres: Sendable {
  /// The choice between data that survives a power cut, and speed.
  public enum Durability: Sendable {
    /// Postgres's own settings, and an orderly stop: for a shop's data.
    case durable
    /// Nothing is flushed and the stop is abrupt: for tests, whose data nobody needs later.
    case fast
  }

  /// The cluster's superuser; the socket's folder admits only the server's account and root.
  public static let user = "vitrine"
  /// A crashed cluster replays its log when it starts; if a start takes longer than this, something is wrong.
  static let startTimeoutSeconds = 60.0
  /// `initdb` makes a cluster in a few seconds, on a busy machine in some more.
  static let graceSeconds = 30

  /// A server whose owner was killed begins to stop at once; a busy machine needs some time for it.
  static let secondsToLearnOfKill = 3.0

  public let folder: String
  public let port: Int
  private let program: PostgresPrograms
  private let account: ServiceAccount?
  private let durability: Durability
  private let isFolderRemoved: Bool
  private let socketFolder: String
  private let isSocketFolderTemporary: Bool
  private let process = Guarded<SupervisedProcess?>(nil)
  /// The log's length at the server's last start: earlier lines are from previous runs.
  private let logBytesBefore = Guarded(0)

  /// Starts a server on the cluster in `folder`, creates the cluster if there is none, and waits until the server
  /// answers.
  ///
  /// No other process may be using the folder; files of a killed server are removed. `port` is a name within the
  /// socket's folder, so it cannot collide with anything.
  public static func start(
    in folder: String, port: Int = 5432, durability: Durability = .durable
  ) async throws(LocalServiceError) -> LocalPostgres {
    try await onOwnThread { () throws(LocalServiceError) in
      try LocalPostgres(folder: folder, port: port, durability: durability, isFolderRemoved: false)
    }
  }

  /// Starts a fast server in a new folder under /tmp, which is removed when the server ends.
  public static func startTemporary() async throws(LocalServiceError) -> LocalPostgres {
    try await onOwnThread { () throws(LocalServiceError) in
      let folder = try ServiceFolder.temporary(prefix: "vitrine-postgres")
      do throws(LocalServiceError) {
        return try LocalPostgres(folder: folder, port: 5432, durability: .fast, isFolderRemoved: true)
      } catch {
        ServiceFolder.remove(folder)
        throw error
      }
    }
  }

  private init(
    folder: String, port: Int, durability: Durability, isFolderRemoved: Bool
  ) throws(LocalServiceError) {
    program = try PostgresPrograms.find()
    let folder = ServiceFolder.absolute(folder)
    account = ServiceAccount.unprivileged(["postgres", "nobody"], reaching: folder)
    let place = try ServiceFolder(folder, account: account)
    self.folder = place.path
    self.port = port
    self.durability = durability
    self.isFolderRemoved = isFolderRemoved
    let own = place.file("socket")
    isSocketFolderTemporary =
      own.utf8.count + "/.s.PGSQL.65535".utf8.count > ServiceFolder.maxSocketPathBytes
    socketFolder = isSocketFolderTemporary ? try ServiceFolder.temporary(prefix: "vitrine-socket") : own
    _ = try ServiceFolder(socketFolder, account: account)
    let lock = try StartLock(place.path, waitingSeconds: Self.startTimeoutSeconds)
    try makeCluster()
    try launch()
    _ = consume lock
  }

  /// Settings that reach one of this server's databases.
  public func settings(database: String = "postgres") -> PostgresSettings {
    PostgresSettings(host: socketFolder, port: port, database: database, user: Self.user)
  }

  /// Settings for the server that another process of ours runs on the cluster in `folder`; nil if none runs.
  public static func running(in folder: String, database: String = "postgres") -> PostgresSettings? {
    let data = ServiceFolder.absolute(folder) + "/data"
    guard let file = PostmasterFile(data), file.isReady, file.isServerOf(data), let socketFolder = file.socketFolder
    else {
      return nil
    }
    return PostgresSettings(host: socketFolder, port: file.port, database: database, user: user)
  }

  /// Settings for the named database, which is created if there is none.
  public func makeDatabase(named name: String) async throws -> PostgresSettings {
    let pool = PostgresPool(settings())
    do {
      if try await pool.query("SELECT FROM pg_database WHERE datname = \(name)").isEmpty {
        let quoted = name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        try await pool.execute("CREATE DATABASE \"\(unsafeRaw: quoted)\"")
      }
    } catch {
      await pool.close()
      throw error
    }
    await pool.close()
    return settings(database: name)
  }

  /// The reason why the server does not work, if its log gives one since the last start: a full disk. Read this after a
  /// failed statement, because the statement only sees a lost connection.
  public var fault: LocalServiceError? {
    let words = (readText(log) ?? "").utf8.dropFirst(logBytesBefore.withLock { $0 })
    return String(decoding: words, as: UTF8.self).contains("No space left on device") ? .diskFull(folder: folder) : nil
  }

  /// The postmaster's process; nil while the server is not running.
  public var processID: Int32? { PostmasterFile(dataFolder)?.processID }

  private var dataFolder: String { folder + "/data" }
  private var log: String { folder + "/postgres.log" }

  // MARK: Life

  /// True when the server ended though nobody stopped it.
  public var hasEnded: Bool { process.withLock { $0?.exitStatus != nil } }

  /// Ends the server and waits until it is gone.
  public func stop() async {
    await onOwnThread { self.stopAndWait() }
  }

  /// Like `stop`, but blocking: for the end of the program.
  public func stopAndWait() {
    let running = process.withLock { process in
      defer { process = nil }
      return process
    }
    running?.stopAndWait()
  }

  /// Starts the server again after `stop`, or after a kill.
  public func startAgain() async throws(LocalServiceError) {
    try await onOwnThread { () throws(LocalServiceError) in
      self.stopAndWait()
      _ = try ServiceFolder(self.socketFolder, account: self.account)
      try self.launch()
    }
  }

  private func launch() throws(LocalServiceError) {
    try clearStaleFiles()
    logBytesBefore.withLock { $0 = (readText(log) ?? "").utf8.count }
    let removed = isFolderRemoved ? folder : isSocketFolderTemporary ? socketFolder : nil
    let started = try SupervisedProcess(
      SupervisedProcess.Command(
        program: program.postgres, arguments: arguments, environment: [:], account: account,
        stopSignal: durability == .durable ? "INT" : "QUIT", graceSeconds: Self.graceSeconds, log: log,
        removedFolder: removed))
    let deadline = monotonicSeconds() + Self.startTimeoutSeconds
    while PostmasterFile(dataFolder)?.isReady != true {
      let status = started.exitStatus
      if status != nil || monotonicSeconds() > deadline {
        started.requestStop()
        throw failure(status.map { "it ended with status \($0)" } ?? "it did not answer in time")
      }
      usleep(10_000)
    }
    process.withLock { $0 = started }
  }

  private var arguments: [String] {
    var settings = [
      "listen_addresses=", "unix_socket_directories=\(socketFolder)", "port=\(port)",
      "max_connections=300", "shared_buffers=128MB", "logging_collector=off", "log_min_messages=warning",
      "lc_messages=C", "timezone=UTC", "log_timezone=UTC",
    ]
    if durability == .fast {
      settings += [
        "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
        "autovacuum_naptime=10min",
      ]
    }
    return ["-D", dataFolder] + settings.flatMap { ["-c", $0] }
  }

  private func failure(_ reason: String) -> LocalServiceError {
    fault ?? .didNotStart(service: "PostgreSQL", reason: "\(reason): \(lastWords(of: log))", log: log)
  }

  // MARK: The cluster

  private func makeCluster() throws(LocalServiceError) {
    if let version = readText(dataFolder + "/PG_VERSION")?.split(separator: "\n").first {
      guard version == program.majorVersion else {
        throw .otherVersion(folder: folder, found: String(version), expected: program.majorVersion)
      }
      return
    }
    // Make the cluster in another place and move it when it is complete, so that an interrupted initdb leaves none.
    let unfinished = folder + "/data.unfinished"
    ServiceFolder.remove(unfinished)
    truncate(log, 0)
    var line = ["setpriv"]
    if let account { line += account.setprivArguments }
    line += [
      "--", program.initdb, "-D", unfinished, "-U", Self.user, "--auth-local=trust", "--auth-host=scram-sha-256",
      "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
    ]
    switch runToEnd(line, log: log) {
    case .success(0): break
    case .success(let status): throw failure("initdb ended with status \(status)")
    case .failure(let error): throw failure("initdb: \(error.reason)")
    }
    if durability == .durable { sync() }
    guard rename(unfinished, dataFolder) == 0 else { throw failure("initdb's folder: \(systemError())") }
  }

  /// Removes the files of a killed server; throws if a server still runs here.
  private func clearStaleFiles() throws(LocalServiceError) {
    let started = monotonicSeconds()
    while let file = PostmasterFile(dataFolder) {
      guard file.isServerOf(dataFolder) else {
        unlink(dataFolder + "/postmaster.pid")
        break
      }
      // The server of a program that was just killed stops within moments; any other server stays.
      let patience = file.isStopping ? Double(Self.graceSeconds) : Self.secondsToLearnOfKill
      guard monotonicSeconds() - started < patience else {
        throw .alreadyRunning(service: "PostgreSQL", folder: folder, processID: file.processID)
      }
      usleep(20_000)
    }
    for name in listFolder(socketFolder) where name.hasPrefix(".s.PGSQL.") { unlink(socketFolder + "/" + name) }
  }
}

/// The paths of the distribution's PostgreSQL programs.
struct PostgresPrograms {
  let postgres: String
  let initdb: String
  let majorVersion: String

  static func find() throws(LocalServiceError) -> PostgresPrograms {
    let root = "/usr/lib/postgresql"
    let versions = listFolder(root).sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
    let folders = versions.map { "\(root)/\($0)/bin" }
    guard let postgres = findProgram("postgres", alsoIn: folders) else {
      throw .missingProgram(name: "PostgreSQL", package: "postgresql")
    }
    let folder = String(postgres.dropLast("/postgres".count))
    guard let initdb = findProgram("initdb", alsoIn: [folder]) else {
      throw .missingProgram(name: "initdb", package: "postgresql")
    }
    let version = versions.first { postgres.hasPrefix("\(root)/\($0)/") }
    let majorVersion = if let version { version } else { try askedVersion(of: postgres) }
    return PostgresPrograms(postgres: postgres, initdb: initdb, majorVersion: majorVersion)
  }

  /// From `postgres --version`: `postgres (PostgreSQL) 15.6 (Debian…)` → `15`.
  private static func askedVersion(of postgres: String) throws(LocalServiceError) -> String {
    let folder = try ServiceFolder.temporary(prefix: "vitrine-version")
    defer { ServiceFolder.remove(folder) }
    let answer = folder + "/answer"
    _ = runToEnd([postgres, "--version"], log: answer)
    let words = (readText(answer) ?? "").split(separator: " ")
    guard words.count > 2, let major = words[2].split(separator: ".").first else {
      throw .didNotStart(service: "PostgreSQL", reason: "\(postgres) --version said nothing", log: answer)
    }
    return String(major)
  }
}

/// `postmaster.pid`: the server's process, and its state in the eighth line.
struct PostmasterFile {
  let processID: Int32
  let port: Int
  /// nil if the server has no Unix socket.
  let socketFolder: String?
  private let state: String

  init?(_ dataFolder: String) {
    guard let text = readText(dataFolder + "/postmaster.pid") else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let processID = Int32(first) else { return nil }
    self.processID = processID
    port = lines.count > 3 ? Int(lines[3]) ?? 5432 : 5432
    socketFolder = lines.count > 4 && !lines[4].isEmpty ? String(lines[4]) : nil
    state = lines.count > 7 ? String(lines[7].prefix { $0 != " " }) : ""
  }

  var isReady: Bool { state == "ready" }
  var isStopping: Bool { state == "stopping" }

  /// Whether the process lives and works in this cluster: another program may have the same number by now.
  func isServerOf(_ dataFolder: String) -> Bool {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = readlink("/proc/\(processID)/cwd", &buffer, Int(PATH_MAX))
    if length < 0 { return errno != ENOENT && errno != ESRCH && kill(processID, 0) == 0 }
    let folder = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let real = realpath(dataFolder, nil) else { return false }
    defer { free(real) }
    return folder == String(cString: real)
  }
}
