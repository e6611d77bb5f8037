import Foundation
import Glibc
import TestSupport
import Testing

struct ProcessFailure: Error, CustomStringConvertible {
  let description: String
}

/// A folder under /tmp that servers of another account may enter.
struct StateFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/vitrine-up-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ProcessFailure(description: "no folder under /tmp: errno \(errno)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }  // A leftover under /tmp does no harm.

  /// The processes that work in the folder, such as a Postgres left behind.
  func processes() -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.filter { entry in
      // A process that ends meanwhile, or one of another account, has no readable folder.
      let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry)/cwd")
      return folder?.hasPrefix(path) == true
    }
  }
}

/// The built executable as a separate process, whose output goes to files.
struct VitrineProcess {
  /// The executable beside the test bundle.
  static let executable: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: own).deletingLastPathComponent().path
    let candidates: [String] = [beside + "/vitrine", root + "/.build/debug/vitrine"]
    return candidates.first { access($0, X_OK) == 0 }
  }()

  private let process = Process()
  private let out: String
  private let err: String

  static func up(folder: StateFolder, _ arguments: [String], stateFolder: String? = nil) throws -> VitrineProcess {
    try VitrineProcess(folder: folder, ["up", "--state-folder", stateFolder ?? folder.path] + arguments)
  }

  init(folder: StateFolder, _ arguments: [String], environment: [String: String] = [:]) throws {
    out = folder.path + "/\(UUID()).out"
    err = folder.path + "/\(UUID()).err"
    for file in [out, err] { try Data().write(to: URL(fileURLWithPath: file)) }
    process.executableURL = URL(fileURLWithPath: try #require(Self.executable))
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
  }

  func standardOutput() throws -> String { try String(contentsOfFile: out, encoding: .utf8) }
  func standardError() throws -> String { try String(contentsOfFile: err, encoding: .utf8) }
  func interrupt() { Glibc.kill(process.processIdentifier, SIGINT) }

  /// Ends the process without warning; also the last resort of a failed test.
  func kill() { if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) } }

  /// The process's number in the system.
  var id: Int32 { process.processIdentifier }

  func exitStatus() async throws -> Int32 {
    try await until("the process ends") { !process.isRunning }
    return process.terminationStatus
  }

  /// The port of the address that it printed after `words`.
  func port(after words: String = "open at http://127.0.0.1:") async throws -> Int {
    var port: Int?
    try await until("the address is printed") {
      if !process.isRunning { throw ProcessFailure(description: "it ended: \(try standardError())") }
      let said = try standardOutput()
      port = said.firstRange(of: words).flatMap {
        Int(said[$0.upperBound...].prefix { $0.isNumber })
      }
      return port != nil
    }
    return try #require(port)
  }
}
