package import Configuration
import Glibc

/// The process's standard output and standard error.
///
/// Results go to standard output and everything else (progress, notices, errors) to standard error, so that a pipe
/// carries only results.
package struct Terminal: Sendable {
  /// Receives whole texts; a test passes its own function.
  package let write: @Sendable (_ text: String, _ isError: Bool) -> Void
  /// Whether a person sees standard error.
  package let isInteractive: Bool

  package init(isInteractive: Bool, write: @escaping @Sendable (_ text: String, _ isError: Bool) -> Void) {
    self.isInteractive = isInteractive
    self.write = write
  }

  /// The process's own file descriptors.
  package init() {
    isInteractive = isatty(STDERR_FILENO) == 1
    write = { text, isError in Self.write(text, to: isError ? STDERR_FILENO : STDOUT_FILENO) }
  }

  /// Prints a result and a line end.
  package func print(_ text: String) { write(text + "\n", false) }

  /// Prints a notice or an error and a line end.
  package func printError(_ text: String) { write(text + "\n", true) }

  /// A meter on standard error: one updating line for a person, plain lines elsewhere, JSON lines with `json`.
  package func progress(_ task: String, unit: String, total: Int? = nil, json: Bool = false) -> ProgressMeter {
    let style: ProgressMeter.Style = json ? .json : isInteractive ? .terminal : .plain
    return ProgressMeter(task, unit: unit, total: total, style: style) { [write] in write($0, true) }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      // The reader has gone (`vitrine config | head`) or the disk is full: there is no place left to report it.
      if count < 0 { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// The environment with which the process was started.
package enum ProcessEnvironment {
  package static var current: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
      }
      entry += 1
    }
    return variables
  }
}

/// Ends the process.
package func exitProcess(_ code: ExitCode) -> Never { exit(code.rawValue) }
