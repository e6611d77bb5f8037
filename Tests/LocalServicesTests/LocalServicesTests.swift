// Properties of private servers proved here:
// 1. A cluster is made, stopped and started again with its data, also over the files of a killed server.
// 2. No server outlives its owner, even one killed with -9; a temporary folder goes with it.
// 3. The reason why a start fails is one line that says what to do.
// 4. Two starts in one folder do not disturb each other; temporary servers are independent.
// 5. A path too long for a socket, and a folder below a closed one, both work.
// 6. A search server starts, answers, is ended and started again, and leaves nothing (if Java is there and
//    VITRINE_SEARCH_NODES names a folder).
import FoundationEssentials
import Glibc
import LocalServices
import PostgresClient
import RedisStore
import TestSupport
import Testing

@Suite struct LocalServicesTests {
  @Test("1: a cluster survives stops and kills")
  func lifeOfACluster() async throws {
    let folder = try Folder()
    var server = try await LocalPostgres.start(in: folder.path)
    try await run("CREATE TABLE t (id bigint)", on: server)
    try await run("INSERT INTO t VALUES (1)", on: server)
    await server.stop()
    #expect(server.processID == nil)

    let started = ContinuousClock.now
    server = try await LocalPostgres.start(in: folder.path)
    print("second start of a cluster: \(ContinuousClock.now - started)")
    try await run("INSERT INTO t VALUES (2)", on: server)
    let process = try #require(server.processID)
    kill(process, SIGKILL)  // leaves postmaster.pid, the socket and its lock
    try await until { !isAlive(process) }
    await server.stop()

    // A process number in the stale file that belongs to another program by now: ours.
    let stale = folder.path + "/data/postmaster.pid"
    try "\(getpid())\n\(folder.path)/data\n0\n5432\n\(folder.path)/socket\n\n0\nready   \n"
      .write(toFile: stale, atomically: false, encoding: .utf8)
    server = try await LocalPostgres.start(in: folder.path)
    let pool = PostgresPool(server.settings())
    #expect(try await pool.query("SELECT * FROM t").count == 2)
    await pool.close()
    await #expect(throws: LocalServiceError.self) { try await LocalPostgres.start(in: folder.path) }
    await server.stop()
    folder.remove()
  }

  @Test("2: no server outlives a killed owner")
  func killedOwner() async throws {
    let folder = try Folder()
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let postgres = try await LocalPostgres.startTemporary()
      let durable = try await LocalPostgres.start(in: path + "/postgres", durability: .durable)
      let redis = try await LocalRedis.startTemporary()
      let processes = [postgres.processID, durable.processID, redis.processID].map { String($0 ?? 0) }
      let lines = processes + [postgres.folder, redis.folder]
      try lines.joined(separator: "\n").write(toFile: path + "/processes", atomically: true, encoding: .utf8)
      kill(getpid(), SIGKILL)
    }
    let lines = try String(contentsOfFile: path + "/processes", encoding: .utf8).split(separator: "\n").map(String.init)
    try #require(lines.count == 5)
    for line in lines.prefix(3) {
      let process = try #require(Int32(line))
      try #require(process > 0)
      try await until { !isAlive(process) }
    }
    for temporary in lines.suffix(2) { try await until { access(temporary, F_OK) != 0 } }
    // The stop was orderly, so that the next start has nothing to repair.
    try await until { access(path + "/postgres/data/postmaster.pid", F_OK) != 0 }
    let again = try await LocalPostgres.start(in: path + "/postgres")
    await again.stop()
    folder.remove()
  }

  @Test("3: a full disk is reported in one line")
  func fullDisk() async throws {
    let folder = try Folder()
    let mounted = mount("tmpfs", folder.path, "tmpfs", 0, "size=2m")
    guard mounted == 0 else {
      print("skipped: a full disk needs the right to mount a small one")
      return folder.remove()
    }
    let error = await #expect(throws: LocalServiceError.self) { try await LocalPostgres.start(in: folder.path + "/p") }
    #expect(error == .diskFull(folder: folder.path + "/p"))
    #expect(error.map { !"\($0)".contains("\n") } == true)
    umount(folder.path)
    folder.remove()
  }

  @Test("3: a disk that fills up while the server runs")
  func fillingDisk() async throws {
    let folder = try Folder()
    guard mount("tmpfs", folder.path, "tmpfs", 0, "size=200m") == 0 else {
      print("skipped: a full disk needs the right to mount a small one")
      return folder.remove()
    }
    let server = try await LocalPostgres.start(in: folder.path + "/p")
    try await run("CREATE TABLE t (a text)", on: server)
    #expect(server.fault == nil)
    await #expect(throws: PostgresError.self) {
      try await run("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 300000)", on: server)
    }
    #expect(server.fault == .diskFull(folder: folder.path + "/p"))
    await server.stop()
    umount(folder.path)
    folder.remove()
  }

  @Test("3: causes that prevent a start")
  func refusals() async throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/old/data", withIntermediateDirectories: true)
    try "9.6\n".write(toFile: folder.path + "/old/data/PG_VERSION", atomically: false, encoding: .utf8)
    let version = await #expect(throws: LocalServiceError.self) {
      try await LocalPostgres.start(in: folder.path + "/old")
    }
    if case .otherVersion(_, "9.6", _) = version {} else { Issue.record("\(String(describing: version))") }

    try "in the way".write(toFile: folder.path + "/file", atomically: false, encoding: .utf8)
    await #expect(throws: LocalServiceError.self) { try await LocalPostgres.start(in: folder.path + "/file/below") }

    let long = folder.path + "/" + String(repeating: "x", count: 100)
    let socket = await #expect(throws: LocalServiceError.self) { try await LocalRedis.start(in: long) }
    if case .socketPathTooLong = socket {} else { Issue.record("\(String(describing: socket))") }
    folder.remove()
  }

  @Test("5: a folder below one that is closed to the server's account works")
  func closedFolder() async throws {
    let folder = try Folder()
    mkdir(folder.path + "/closed", 0o700)
    let server = try await LocalPostgres.start(in: folder.path + "/closed/postgres", durability: .fast)
    let settings = try await server.makeDatabase(named: "a \"shop\"")
    #expect(try await server.makeDatabase(named: "a \"shop\"") == settings)
    let pool = PostgresPool(settings)
    #expect(try await pool.query("SELECT current_database()")[0].decode(String.self, at: 0) == "a \"shop\"")
    await pool.close()
    await server.stop()
    let redis = try await LocalRedis.start(in: folder.path + "/closed/redis")
    try await RedisClient(redis.settings).ping(deadline: .seconds(60))
    await redis.stop()
    folder.remove()
  }

  @Test("4, 5: servers are independent, and long paths work")
  func independence() async throws {
    let folder = try Folder()
    let long = folder.path + "/" + String(repeating: "x", count: 100)
    let server = try await LocalPostgres.start(in: long, durability: .fast)
    try await run("CREATE TABLE t (id bigint)", on: server)
    let socketFolder = server.settings().host
    #expect(socketFolder.utf8.count < 80)
    let other = try await LocalPostgres.startTemporary()
    let pool = PostgresPool(other.settings())
    #expect(try await pool.query("SELECT to_regclass('t') IS NULL")[0].decode(Bool.self, at: 0))
    await pool.close()
    await server.stop()
    #expect(access(socketFolder, F_OK) != 0)
    try await server.startAgain()
    try await run("INSERT INTO t VALUES (1)", on: server)
    await server.stop()
    let temporary = other.folder
    await other.stop()
    #expect(access(temporary, F_OK) != 0)
    folder.remove()
  }

  @Test("4: of two first starts in one new folder, one runs and the other says so")
  func twoFirstStarts() async throws {
    let folder = try Folder()
    let path = folder.path
    let starts = await withTaskGroup(of: Result<LocalPostgres, LocalServiceError>.self) { group in
      for _ in 0..<2 {
        group.addTask {
          do throws(LocalServiceError) {
            return .success(try await LocalPostgres.start(in: path, durability: .fast))
          } catch {
            return .failure(error)
          }
        }
      }
      var results: [Result<LocalPostgres, LocalServiceError>] = []
      for await result in group { results.append(result) }
      return results
    }
    let servers = starts.compactMap { try? $0.get() }
    let server = try #require(servers.first)
    #expect(servers.count == 1)
    let running = try #require(server.processID)
    let refusal = LocalServiceError.alreadyRunning(service: "PostgreSQL", folder: server.folder, processID: running)
    #expect(starts.contains { if case .failure(refusal) = $0 { true } else { false } })
    try await run("CREATE TABLE t (id bigint)", on: server)
    await server.stop()
    folder.remove()
  }

  @Test("6: a search server", .enabled(if: LocalSearchServer.absence == nil, "needs Java and VITRINE_SEARCH_NODES"))
  func searchServer() async throws {
    let server = try #require(try await LocalSearchServer.start(.openSearch))
    #expect(server.address.hasPrefix("http://127.0.0.1:"))
    func process() throws -> Int32 {
      let port = try #require(server.address.split(separator: ":").last)
      let text = try String(contentsOfFile: server.folder + "/node-\(port)/pid", encoding: .utf8)
      return try #require(Int32(text.filter(\.isNumber)))
    }
    let first = try process()
    #expect(isAlive(first))
    try await server.endNode(0, .killed)
    #expect(!isAlive(first))
    try await server.startNode(0)
    let second = try process()
    #expect(isAlive(second))
    await server.stop()
    #expect(!isAlive(second))
    #expect(access(server.folder, F_OK) != 0)
  }

  private func run(_ statement: SQL, on server: LocalPostgres) async throws {
    let pool = PostgresPool(server.settings())
    try await pool.execute(statement)
    await pool.close()
  }
}

/// A test's own folder under /tmp.
private struct Folder {
  let path: String
  init() throws {
    path = "/tmp/vitrine-services-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    try #require(mkdir(path, 0o755) == 0)
  }
  func remove() {
    do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record("folder not removed: \(error)") }
  }
}

/// Whether the process runs; an ended process that nobody has waited for does not count.
private func isAlive(_ process: Int32) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
  guard let end = status.lastIndex(of: ")") else { return false }
  return !status[end...].hasPrefix(") Z")
}
