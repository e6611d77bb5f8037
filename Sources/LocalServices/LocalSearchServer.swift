import Glibc
import Synchronization
import Threading

/// A real search server for tests, or a cluster of several nodes; it ends with our process, however that ends.
///
/// A script starts each node: `start KIND PORT FOLDER HEAP_MEGABYTES` in the folder that `VITRINE_SEARCH_NODES` names
/// (`docs/reference/data.md`).
public final class LocalSearchServer: Sendable {
  /// The kinds of server; the raw value is the script's name for it.
  public enum Kind: String, Sendable, CaseIterable {
    case openSearch = "opensearch"
    case elasticsearch7
    case elasticsearch8
  }

  /// The script itself gives up after 120 s; a busy machine may need some more to start it.
  private static let startTimeoutSeconds = 180.0
  private static let attempts = 5

  /// The reason why no search server can be started here, in one line for a skipped test; nil if one can.
  ///
  ///     @Test(.enabled(if: LocalSearchServer.absence == nil, "needs Java and VITRINE_SEARCH_NODES"))
  public static var absence: String? {
    if OptionalMaterial.searchNodes == nil {
      return "no search server: set VITRINE_SEARCH_NODES to a folder with a start script (docs/reference/data.md)"
    }
    let home = getenv("JAVA_HOME").map { String(cString: $0) + "/bin" }
    if findProgram("java", alsoIn: home.map { [$0] } ?? []) == nil {
      return "no search server: Java is missing (apt-get install openjdk-17-jre-headless)"
    }
    return nil
  }

  public let kind: Kind
  /// The address of each node, such as `http://127.0.0.1:19200`.
  public let addresses: [String]
  public let folder: String
  private let ports: [Int]
  private let scripts: String
  private let heapMegabytes: Int
  private let process: SupervisedProcess

  /// The first node's address.
  public var address: String { addresses[0] }

  /// Starts a server in a new folder under /tmp that is removed with it; nil if `absence` gives a reason.
  public static func start(_ kind: Kind, nodes: Int = 1, heapMegabytes: Int = 512)
    async throws(LocalServiceError) -> LocalSearchServer?
  {
    guard absence == nil, let scripts = OptionalMaterial.searchNodes else { return nil }
    return try await onOwnThread { () throws(LocalServiceError) in
      var failure: LocalServiceError?
      for _ in 0..<Self.attempts {
        do throws(LocalServiceError) {
          return try LocalSearchServer(kind: kind, nodes: nodes, scripts: scripts, heapMegabytes: heapMegabytes)
        } catch {
          guard case .portTaken = error else { throw error }
          failure = error  // another process took a port after we had found it free
        }
      }
      throw failure!
    }
  }

  /// The one server of a kind for all tests of a process, started on first use.
  public static func shared(_ kind: Kind) async throws -> LocalSearchServer? {
    try await SharedServers.all.server(kind)
  }

  /// Runs the script for each node in parallel, then waits; ends the running nodes when told to.
  private static let script = """
    scripts=$1 kind=$2 folder=$3 heap=$4
    shift 4
    starters=
    end() {
      kill $starters 2>/dev/null
      for file in "$folder"/node-*/pid; do
        [ -f "$file" ] || continue
        server=$(cat "$file")
        kill -KILL "$server" 2>/dev/null
        while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
      done
      exit 0
    }
    trap end TERM
    for port in "$@"; do
      "$scripts/start" "$kind" "$port" "$folder/node-$port" "$heap" &
      starters="$starters $!"
    done
    for starter in $starters; do wait "$starter" || end; done
    : > "$folder/ready"
    while :; do sleep 1 & wait $!; done
    """

  private init(kind: Kind, nodes: Int, scripts: String, heapMegabytes: Int) throws(LocalServiceError) {
    let ports = Self.freePorts(nodes)
    let folder = try ServiceFolder.temporary(prefix: "vitrine-search")
    chmod(folder, 0o755)
    // The log lies beside the nodes' folders and is removed with them.
    let log = folder + "/start.log"
    process = try SupervisedProcess(
      SupervisedProcess.Command(
        program: "/bin/sh",
        arguments: ["-c", Self.script, "search-server", scripts, kind.rawValue, folder, "\(heapMegabytes)"]
          + ports.map(String.init),
        environment: Self.environment(ports), account: nil, stopSignal: "TERM", graceSeconds: 30, log: log,
        removedFolder: folder))
    self.kind = kind
    self.folder = folder
    self.ports = ports
    self.scripts = scripts
    self.heapMegabytes = heapMegabytes
    addresses = ports.map { "http://127.0.0.1:\($0)" }
    let deadline = monotonicSeconds() + Self.startTimeoutSeconds
    var words = ""
    while access(folder + "/ready", F_OK) != 0 {
      if access(folder, F_OK) == 0 { words = lastWords(of: log) }
      if process.exitStatus != nil || monotonicSeconds() > deadline {
        process.stopAndWait()
        if words.contains("is taken") { throw .portTaken(service: kind.rawValue, port: ports[0]) }
        throw .didNotStart(service: kind.rawValue, reason: words, log: "gone with \(folder)")
      }
      usleep(20_000)
    }
  }

  /// Ends the server and waits until it is gone.
  public func stop() async { await onOwnThread { self.process.stopAndWait() } }

  /// Like `stop`, but blocking: for the end of the program.
  public func stopAndWait() { process.stopAndWait() }

  // MARK: One node

  /// How a node ends.
  public enum NodeEnd: Sendable {
    /// In order, as when its machine restarts (SIGTERM).
    case stopped
    /// At once (SIGKILL).
    case killed
  }

  /// The first node's process; nil if it has ended.
  public var processID: Int32? {
    readText(nodeFolder(0) + "/pid").flatMap { $0.split(separator: "\n").first }.flatMap { Int32($0) }
  }

  /// Ends one node and waits until it is gone; the other nodes and its data stay.
  public func endNode(_ node: Int, _ end: NodeEnd) async throws(LocalServiceError) {
    try await onOwnThread { () throws(LocalServiceError) in
      let file = self.nodeFolder(node) + "/pid"
      guard let process = readText(file).flatMap({ Int32($0.filter(\.isNumber)) }) else {
        throw .didNotStart(service: self.kind.rawValue, reason: "\(file) names no process", log: file)
      }
      kill(process, end == .stopped ? SIGTERM : SIGKILL)
      while kill(process, 0) == 0 { usleep(5_000) }
      unlink(file)
    }
  }

  /// Starts an ended node with its data, and waits until it answers.
  public func startNode(_ node: Int) async throws(LocalServiceError) {
    try await onOwnThread { () throws(LocalServiceError) in
      let log = self.folder + "/start.log"
      let line = [
        self.scripts + "/start", self.kind.rawValue, "\(self.ports[node])", self.nodeFolder(node),
        "\(self.heapMegabytes)",
      ]
      guard case .success(0) = runToEnd(line, environment: Self.environment(self.ports), log: log) else {
        throw .didNotStart(service: self.kind.rawValue, reason: lastWords(of: log), log: log)
      }
    }
  }

  private static func environment(_ ports: [Int]) -> [String: String] {
    var variables = ["NODES": ports.map(String.init).joined(separator: " ")]
    if ports.count > 1 {
      // Several servers that start in parallel would waste most of their time in the optimising compiler.
      for name in ["ES_JAVA_OPTS", "OPENSEARCH_JAVA_OPTS"] { variables[name] = "-XX:TieredStopAtLevel=1" }
    }
    return variables
  }

  private func nodeFolder(_ node: Int) -> String { folder + "/node-\(ports[node])" }

  // MARK: Ports

  /// Ports that are free now, together with the ports 100 above them, through which the nodes talk to one another.
  private static func freePorts(_ count: Int) -> [Int] {
    var ports: [Int] = []
    while ports.count < count {
      let port = Int.random(in: 20_000..<30_000)  // below the range that the kernel hands out
      let isApart = ports.allSatisfy { abs($0 - port) != 100 && $0 != port }
      if isApart && isFree(port) && isFree(port + 100) { ports.append(port) }
    }
    return ports
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
