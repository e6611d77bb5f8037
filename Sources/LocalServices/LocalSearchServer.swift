import Glibc
import Synchronization
import Threading

/// The material beside the repository (`../shared`), which tests use where it is present.
public enum SharedMaterial {
  /// The folder that VITRINE_SHARED names, or `../shared` seen from the package's root; nil where there is none.
  public static var folder: String? {
    let named = getenv("VITRINE_SHARED").map { String(cString: $0) }
    let path = ServiceFolder.absolute(named ?? "../shared")
    return access(path + "/DESIGN.md", R_OK) == 0 ? path : nil
  }

  /// A file or folder of it, as `data/icecat/products.ndjson.gz`; nil where it is absent.
  public static func path(_ name: String) -> String? {
    guard let file = folder.map({ $0 + "/" + name }), access(file, R_OK) == 0 else { return nil }
    return file
  }
}

/// A real search server for tests, started by `../shared/search-node/start`; it ends with us, however we end.
public final class LocalSearchServer: Sendable {
  /// What can be started; the raw value is the script's name for it.
  public enum Kind: String, Sendable, CaseIterable {
    case openSearch = "opensearch"
    case elasticsearch7
    case elasticsearch8
  }

  /// The script itself gives up after 120 s; a busy machine may need some more to get it going.
  private static let startTimeoutSeconds = 180.0
  private static let attempts = 5

  /// Why no search server can be started here, in one line for a skipped test; nil when one can.
  ///
  ///     @Test(.enabled(if: LocalSearchServer.absence == nil, "needs Java and ../shared/search-node"))
  public static var absence: String? {
    if SharedMaterial.path("search-node/start") == nil {
      return "no search server: ../shared/search-node is missing (VITRINE_SHARED may name the folder)"
    }
    let home = getenv("JAVA_HOME").map { String(cString: $0) + "/bin" }
    if findProgram("java", alsoIn: home.map { [$0] } ?? []) == nil {
      return "no search server: Java is missing (apt-get install openjdk-17-jre-headless)"
    }
    return nil
  }

  public let kind: Kind
  /// As `http://127.0.0.1:19200`.
  public let address: String
  public let folder: String
  private let process: SupervisedProcess

  /// Starts a server in a new folder under /tmp that is removed with it; nil where `absence` says why.
  public static func start(_ kind: Kind, heapMegabytes: Int = 512) async throws(LocalServiceError) -> LocalSearchServer?
  {
    guard absence == nil, let scripts = SharedMaterial.path("search-node") else { return nil }
    return try await onOwnThread { () throws(LocalServiceError) in
      var failure: LocalServiceError?
      for _ in 0..<Self.attempts {
        do throws(LocalServiceError) {
          return try LocalSearchServer(kind: kind, scripts: scripts, heapMegabytes: heapMegabytes)
        } catch {
          guard case .portTaken = error else { throw error }
          failure = error  // another process took the port between our look and the server's
        }
      }
      throw failure!
    }
  }

  /// The one server of a kind for all tests of a process, started at the first use.
  public static func shared(_ kind: Kind) async throws -> LocalSearchServer? {
    try await SharedServers.all.server(kind)
  }

  /// Runs the script, then waits for the server it left in the background, and ends it when told to. Where a file
  /// `down` is there when the server ends, it is started again once that is gone.
  private static let script = """
    scripts=$1 kind=$2 port=$3 folder=$4 heap=$5
    end() {
      kill "$starter" 2>/dev/null
      if [ -f "$folder/pid" ]; then
        server=$(cat "$folder/pid")
        kill -KILL "$server" 2>/dev/null
        while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
      fi
      exit 0
    }
    trap end TERM
    while :; do
      "$scripts/start" "$kind" "$port" "$folder" "$heap" &
      starter=$!
      wait "$starter" || exit 1
      : > "$folder/ready"
      while kill -0 "$(cat "$folder/pid")" 2>/dev/null; do sleep 0.2 & wait $!; done
      rm -f "$folder/ready"
      [ -f "$folder/down" ] || exit 3
      while [ -f "$folder/down" ]; do sleep 0.1 & wait $!; done
    done
    """

  private init(kind: Kind, scripts: String, heapMegabytes: Int) throws(LocalServiceError) {
    let port = Self.freePort()
    let folder = try ServiceFolder.temporary(prefix: "vitrine-search")
    chmod(folder, 0o755)
    // The log lies beside the folder's other files; it goes with them.
    let log = folder + "/start.log"
    process = try SupervisedProcess(
      SupervisedProcess.Command(
        program: "/bin/sh",
        arguments: ["-c", Self.script, "search-server", scripts, kind.rawValue, "\(port)", folder, "\(heapMegabytes)"],
        environment: [:], account: nil, stopSignal: "TERM", graceSeconds: 30, log: log, removedFolder: folder))
    self.kind = kind
    self.folder = folder
    address = "http://127.0.0.1:\(port)"
    do throws(LocalServiceError) { try waitUntilReady() } catch {
      process.stopAndWait()
      if case .didNotStart(_, let reason, _) = error, reason.contains("is taken") {
        throw .portTaken(service: kind.rawValue, port: port)
      }
      throw error
    }
  }

  private func waitUntilReady() throws(LocalServiceError) {
    let deadline = monotonicSeconds() + Self.startTimeoutSeconds
    var words = ""
    while access(folder + "/ready", F_OK) != 0 {
      if access(folder, F_OK) == 0 { words = lastWords(of: folder + "/start.log") }
      if process.exitStatus != nil || monotonicSeconds() > deadline {
        throw .didNotStart(service: kind.rawValue, reason: words, log: "gone with \(folder)")
      }
      usleep(20_000)
    }
  }

  /// Kills the server without a warning; its data stay, for `bringUp`.
  public func takeDown() async throws(LocalServiceError) {
    try await onOwnThread { () throws(LocalServiceError) in
      guard let pid = self.processID, let file = fopen(self.folder + "/down", "w") else {
        throw .didNotStart(service: self.kind.rawValue, reason: "it does not run", log: self.folder + "/start.log")
      }
      fclose(file)
      Glibc.kill(pid, SIGKILL)
      while access(self.folder + "/ready", F_OK) == 0 { usleep(20_000) }
    }
  }

  /// Starts the server that was taken down, at its address and with its data.
  public func bringUp() async throws(LocalServiceError) {
    try await onOwnThread { () throws(LocalServiceError) in
      unlink(self.folder + "/down")
      try self.waitUntilReady()
    }
  }

  /// The server's own process; nil when it has ended.
  public var processID: Int32? {
    readText(folder + "/pid").flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }
  }

  /// Ends the server and waits until it is gone.
  public func stop() async { await onOwnThread { self.process.stopAndWait() } }

  /// As `stop`, blocking: for the end of the program.
  public func stopAndWait() { process.stopAndWait() }

  /// A port that is free now, and the one 100 above it, where the server talks to its cluster.
  private static func freePort() -> Int {
    while true {
      let port = Int.random(in: 20_000..<30_000)  // below the range that the kernel hands out
      if isFree(port) && isFree(port + 100) { return port }
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

private actor SharedServers {
  static let all = SharedServers()
  private var starting: [LocalSearchServer.Kind: Task<LocalSearchServer?, any Error>] = [:]

  func server(_ kind: LocalSearchServer.Kind) async throws -> LocalSearchServer? {
    let task =
      starting[kind]
      ?? Task {
        let server = try await LocalSearchServer.start(kind)
        if let server { ServersAtExit.add { server.stopAndWait() } }
        return server
      }
    starting[kind] = task
    return try await task.value
  }
}
