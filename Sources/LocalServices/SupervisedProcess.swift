import Glibc
import Threading

/// A server process that cannot outlive our process, not even if that is killed with -9.
///
/// A small shell (`script`) stands between our process and the server. It holds the reading end of a pipe whose only
/// writing end is ours. When we close our end, or the kernel closes it for us, the shell stops the server, kills it if
/// it does not end within the grace period, and removes the folder if that was requested. If the shell itself is
/// killed, the kernel signals the server (`setpriv --pdeathsig`). Both run in a separate session, so that Ctrl-C in a
/// terminal reaches only our process, which then stops them in order.
public final class SupervisedProcess: Sendable {
  /// The program to run, and how to end it.
  public struct Command: Sendable {
    public var program: String
    public var arguments: [String]
    public var environment: [String: String]
    /// The account that the server runs under; nil means ours.
    public var account: ServiceAccount?
    /// The name, without SIG, of the signal that ends the server in order.
    public var stopSignal: String
    /// Seconds that the server may take to end before it is killed.
    public var graceSeconds: Int
    /// The file that receives both output streams.
    public var log: String
    /// Removed after the end of the server; for folders made by mkdtemp.
    public var removedFolder: String?
  }

  private static let script = """
    signal=$1 grace=$2 removed=$3
    shift 3
    exec 3<&0 </dev/null
    "$@" 3<&- &
    server=$!
    (
      read -r _ <&3
      kill -s "$signal" "$server" 2>/dev/null
      left=$((grace * 20))
      while [ "$left" -gt 0 ] && kill -0 "$server" 2>/dev/null; do sleep 0.05; left=$((left - 1)); done
      kill -s KILL "$server" 2>/dev/null
    ) >/dev/null 2>&1 &
    watch=$!
    exec 3<&-
    wait "$server"
    status=$?
    kill "$watch" 2>/dev/null
    if [ -n "$removed" ]; then rm -rf "$removed"; fi
    exit "$status"
    """

  private struct State {
    var writingEnd: Int32
    var exitStatus: Int32?
  }
  private let state: Guarded<State>
  /// The shell's process.
  public let processID: Int32

  public init(_ command: Command) throws(LocalServiceError) {
    var line = ["/bin/sh", "-c", Self.script, "supervisor", command.stopSignal, String(command.graceSeconds)]
    line.append(command.removedFolder ?? "")
    line += ["setpriv", "--pdeathsig", command.stopSignal]
    if let account = command.account { line += account.setprivArguments }
    line += ["--", command.program] + command.arguments
    var ends: [Int32] = [-1, -1]
    // A pair of sockets serves as the pipe, because it can be made close-on-exec in one step: a program that another
    // thread starts at this moment must not inherit our end.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw .didNotStart(service: command.program, reason: systemError(), log: command.log)
    }
    let outcome = spawn(
      line, environment: command.environment, standardInput: ends[0], log: command.log, newSession: true)
    close(ends[0])
    guard case .success(let processID) = outcome else {
      close(ends[1])
      throw .didNotStart(service: command.program, reason: outcome.failureReason, log: command.log)
    }
    self.processID = processID
    state = Guarded(State(writingEnd: ends[1]))
  }

  deinit { requestStop() }

  /// The server's exit status after its end (128 plus the signal's number if a signal ended it); nil while it runs.
  public var exitStatus: Int32? {
    state.withLock { state in
      if let status = state.exitStatus { return status }
      var status: Int32 = 0
      guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
      state.exitStatus = Self.code(of: status)
      return state.exitStatus
    }
  }

  /// Tells the server to end, and returns at once.
  public func requestStop() {
    state.withLock { state in
      if state.writingEnd >= 0 { close(state.writingEnd) }
      state.writingEnd = -1
    }
  }

  /// Ends the server and waits until it is gone; blocks the thread meanwhile.
  public func stopAndWait() {
    requestStop()
    while exitStatus == nil { usleep(5_000) }
  }

  private static func code(of status: Int32) -> Int32 {
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}

/// The reason why a program could not be started.
struct SpawnFailure: Error { let reason: String }

extension Result where Failure == SpawnFailure {
  var failureReason: String { if case .failure(let failure) = self { failure.reason } else { "" } }
}

func systemError(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

/// Starts a program without waiting for it.
func spawn(
  _ line: [String], environment: [String: String] = [:], standardInput: Int32? = nil, log: String,
  newSession: Bool = false
) -> Result<Int32, SpawnFailure> {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let standardInput {
    posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
  } else {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  }
  posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var noSignals = sigset_t()
  sigemptyset(&noSignals)
  posix_spawnattr_setsigmask(&attributes, &noSignals)
  var allSignals = sigset_t()
  sigfillset(&allSignals)
  posix_spawnattr_setsigdefault(&attributes, &allSignals)
  let setsid: Int32 = newSession ? 0x80 : 0  // POSIX_SPAWN_SETSID, which glibc's header hides from Swift
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | setsid))

  var merged = currentEnvironment()
  merged.merge(environment) { _, new in new }
  let arguments = line.map { strdup($0) } + [nil]
  let variables = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for pointer in arguments + variables { free(pointer) } }
  var processID: pid_t = 0
  let status = posix_spawnp(&processID, line[0], &actions, &attributes, arguments, variables)
  return status == 0 ? .success(processID) : .failure(SpawnFailure(reason: systemError(status)))
}

/// Our environment without variables that would change a server's behaviour or language.
private func currentEnvironment() -> [String: String] {
  var result: [String: String] = [:]
  var entry = environ
  while let variable = entry.pointee {
    let text = String(cString: variable)
    if let equals = text.firstIndex(of: "=") {
      result[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    entry += 1
  }
  for key in result.keys where key.hasPrefix("PG") || key.hasPrefix("LC_") { result[key] = nil }
  result["LANG"] = "C.UTF-8"
  return result
}

/// Runs a program to its end and returns its exit status; blocks the thread meanwhile.
func runToEnd(_ line: [String], environment: [String: String] = [:], log: String) -> Result<Int32, SpawnFailure> {
  spawn(line, environment: environment, log: log).map { processID in
    var status: Int32 = 0
    while waitpid(processID, &status, 0) == -1 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }
}
