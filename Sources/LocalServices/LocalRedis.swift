import Glibc
public import RedisStore
import Threading

/// A private Redis server on a Unix socket in its own folder; it ends with our process, however that ends.
///
/// If root starts it, it runs as the user `redis` (or `nobody`).
public final class LocalRedis: Sendable {
  private static let startTimeoutSeconds = 60.0
  private static let graceSeconds = 10

  public let folder: String
  private let socket: String
  private let program: String
  private let account: ServiceAccount?
  private let isPersistent: Bool
  private let isFolderRemoved: Bool
  private let process = Guarded<SupervisedProcess?>(nil)
  private let say: @Sendable (String) -> Void

  /// Starts a server in `folder` and waits until it answers; if `isPersistent`, its data survives a stop.
  ///
  /// Sets aside a data file that the server cannot read, and tells `say` where: a cache is not worth a closed shop.
  public static func start(
    in folder: String, isPersistent: Bool = false, say: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(LocalServiceError) -> LocalRedis {
    let redis = try LocalRedis(folder: folder, isPersistent: isPersistent, isFolderRemoved: false, say: say)
    try await redis.launch()
    return redis
  }

  /// Starts a server in a new folder under /tmp, which is removed when the server ends.
  public static func startTemporary() async throws(LocalServiceError) -> LocalRedis {
    let folder = try ServiceFolder.temporary(prefix: "vitrine-redis")
    do throws(LocalServiceError) {
      let redis = try LocalRedis(folder: folder, isPersistent: false, isFolderRemoved: true)
      try await redis.launch()
      return redis
    } catch {
      ServiceFolder.remove(folder)
      throw error
    }
  }

  /// Settings of the server that another process runs in `folder`; nil if there is none.
  public static func running(in folder: String) async -> RedisSettings? {
    guard let redis = try? LocalRedis(folder: folder, isPersistent: true, isFolderRemoved: false),
      await redis.answers()
    else { return nil }
    return redis.settings
  }

  private init(
    folder: String, isPersistent: Bool, isFolderRemoved: Bool, say: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(LocalServiceError) {
    self.say = say
    guard let program = findProgram("redis-server") else {
      throw .missingProgram(name: "Redis", package: "redis-server")
    }
    self.program = program
    let folder = ServiceFolder.absolute(folder)
    account = ServiceAccount.unprivileged(["redis", "nobody"], reaching: folder)
    let place = try ServiceFolder(folder, account: account)
    self.folder = place.path
    socket = try place.socket("redis.sock")
    self.isPersistent = isPersistent
    self.isFolderRemoved = isFolderRemoved
  }

  /// Settings that reach this server.
  public var settings: RedisSettings { RedisSettings(endpoint: .unixSocket(socket)) }

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
    await stop()
    _ = try ServiceFolder(folder, account: account)
    try await launch()
  }

  /// The server's process; nil while it is not running.
  public var processID: Int32? {
    guard let text = readText(folder + "/redis.pid"), let id = Int32(text.filter(\.isNumber)), kill(id, 0) == 0 else {
      return nil
    }
    return id
  }

  /// True when the server ended though nobody stopped it.
  public var hasEnded: Bool { process.withLock { $0?.exitStatus != nil } }

  private func launch() async throws(LocalServiceError) {
    let before = (readText(folder + "/redis.log") ?? "").utf8.count
    do throws(LocalServiceError) {
      try await launchOnce()
    } catch {
      guard isPersistent, case .didNotStart = error, let aside = setDamagedFilesAside(logFrom: before) else {
        throw error
      }
      say("what Redis kept in \(folder) cannot be read and was set aside as \(aside): \(error)")
      try await launchOnce()
    }
  }

  /// The folder that the unreadable files are in now; nil where the log does not say that they are unreadable.
  private func setDamagedFilesAside(logFrom before: Int) -> String? {
    let log = String(decoding: (readText(folder + "/redis.log") ?? "").utf8.dropFirst(before), as: UTF8.self)
    let isDamaged = Self.complaints.contains { log.contains($0) }
    // Redis 7 keeps a folder of files, Redis 6 one file.
    let kept = ["appendonlydir", "appendonly.aof"].map { "\(folder)/\($0)" }
    guard isDamaged, let files = kept.first(where: { access($0, F_OK) == 0 }) else { return nil }
    for number in 1...Self.maxSetAside {
      let aside = "\(files).damaged-\(number)"
      guard access(aside, F_OK) != 0 else { continue }
      return rename(files, aside) == 0 ? aside : nil
    }
    return nil
  }

  /// Messages of Redis about files that it cannot read; 6 and 7 have other words for some.
  private static let complaints = [
    "Bad file format", "Unexpected end of file", "Wrong signature", "Fatal error loading", "Error loading",
    "Error reading",
    "Internal error in RDB", "Invalid AOF", "AOF manifest", "Unrecoverable error", "corrupt", "RDB file was saved with",
  ]

  /// A folder with so many is for a person to look at first.
  private static let maxSetAside = 20

  private func launchOnce() async throws(LocalServiceError) {
    let beginning = monotonicSeconds()
    while let processID, isServerHere(processID) {
      // As with Postgres: the server of a program that was just killed is about to end.
      if monotonicSeconds() - beginning < LocalPostgres.secondsToLearnOfKill {
        await onOwnThread { _ = usleep(20_000) }
        continue
      }
      throw .alreadyRunning(service: "Redis", folder: folder, processID: processID)
    }
    unlink(socket)
    var arguments = [
      "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder, "--daemonize", "no",
      "--pidfile", folder + "/redis.pid", "--appendonly", isPersistent ? "yes" : "no", "--save", "",
    ]
    if isPersistent { arguments += ["--appendfsync", "everysec"] }
    let log = folder + "/redis.log"
    let started = try SupervisedProcess(
      SupervisedProcess.Command(
        program: program, arguments: arguments, environment: [:], account: account, stopSignal: "TERM",
        graceSeconds: Self.graceSeconds, log: log, removedFolder: isFolderRemoved ? folder : nil))
    let deadline = monotonicSeconds() + Self.startTimeoutSeconds
    while await !answers() {
      let status = started.exitStatus
      if status != nil || monotonicSeconds() > deadline {
        started.requestStop()
        throw failure(status.map { "it ended with status \($0)" } ?? "it did not answer in time", log)
      }
    }
    process.withLock { $0 = started }
  }

  private func answers() async -> Bool {
    await onOwnThread { _ = usleep(5_000) }
    do {
      let client = try RedisClient(settings)
      try await client.ping(deadline: .seconds(1))
      return true
    } catch {
      return false  // not yet; the caller looks at the process and the clock
    }
  }

  private func isServerHere(_ processID: Int32) -> Bool {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = readlink("/proc/\(processID)/cwd", &buffer, Int(PATH_MAX))
    guard length > 0, let real = realpath(folder, nil) else { return false }
    defer { free(real) }
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) == String(cString: real)
  }

  private func failure(_ reason: String, _ log: String) -> LocalServiceError {
    if (readText(log) ?? "").contains("No space left on device") { return .diskFull(folder: folder) }
    return .didNotStart(service: "Redis", reason: "\(reason): \(lastWords(of: log))", log: log)
  }
}
