import Glibc
import Threading

/// wrk (Debian's package), the load generator of every benchmark over HTTP.
package enum LoadGenerator {
  struct Figures: Sendable {
    var requestsPerSecond: Double
    var p50Milliseconds: Double
    var p99Milliseconds: Double
  }

  /// A request that the generator repeats; several are sent in turn.
  struct Request: Sendable {
    var path: String
    /// JSON to post; nil: a GET.
    var body: String?
  }

  struct Failure: Error, CustomStringConvertible {
    let command: String
    let output: String
    var description: String {
      "`\(command)` gave no figure (is the package wrk installed?); it said: \(output.prefix(400))"
    }
  }

  struct Missing: Error, CustomStringConvertible {
    let description = "wrk, which makes the load, is not installed: apt-get install wrk"
  }

  /// Throws if there is no `wrk`: before anything is measured, not after.
  package static func checkInstalled() async throws {
    let found = await onOwnThread { outputOf("command -v wrk") }
    if found.isEmpty { throw Missing() }
  }

  /// Sends `requests` in turn over each of `connections` for some seconds. An answer other than 2xx is a failure.
  static func run(
    _ base: String, requests: [Request], connections: Int, seconds: Int
  ) async throws -> Figures {
    // A single plain GET needs no script, which would cost the generator time.
    let script = requests.count == 1 && requests[0].body == nil ? nil : try temporaryScript(requests)
    defer { if let script { unlink(script) } }
    let target = script.map { "-s \($0) \(base)" } ?? base + requests[0].path
    let command = "wrk -t\(min(2, connections)) -c\(connections) -d\(seconds)s --latency \(target) 2>&1"
    let output = await onOwnThread { outputOf(command) }
    var rate: Double?
    var percentiles: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count >= 2 else { continue }
      if words[0] == "Requests/sec:" { rate = Double(words[1]) }
      if words[0].hasSuffix("%"), let time = milliseconds(words[1]) { percentiles[String(words[0])] = time }
      if words[0] == "Non-2xx" { throw Failure(command: command, output: output) }
    }
    guard let rate, let p50 = percentiles["50%"], let p99 = percentiles["99%"] else {
      throw Failure(command: command, output: output)
    }
    return Figures(requestsPerSecond: rate, p50Milliseconds: p50, p99Milliseconds: p99)
  }

  /// `3.20ms`, `870.00us` or `1.20s` in milliseconds.
  private static func milliseconds(_ text: Substring) -> Double? {
    for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1000)] where text.hasSuffix(unit) {
      return Double(text.dropLast(unit.count)).map { $0 * factor }
    }
    return nil
  }

  private static func temporaryScript(_ requests: [Request]) throws -> String {
    let list = requests.map { request in
      "{\(quoted(request.path)), \(request.body.map(quoted) ?? "nil")}"
    }
    let text = """
      local requests = {
      \(list.joined(separator: ",\n"))
      }
      local count = 0
      request = function()
        count = count + 1
        local r = requests[count % #requests + 1]
        if r[2] then return wrk.format("POST", r[1], {["Content-Type"] = "application/json"}, r[2]) end
        return wrk.format("GET", r[1])
      end

      """
    var template = Array("/tmp/vitrine-load-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let bytes = Array(text.utf8)
    guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count, close(descriptor) == 0 else {
      throw Failure(command: "writing \(path)", output: String(cString: strerror(errno)))
    }
    return path
  }

  /// A Lua string: bytes other than plain ones are written as numbers.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: result += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E: result += String(UnicodeScalar(byte))
      default:
        let digits = String(byte)
        result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
    return result + "\""
  }

  /// The output of a shell command; waiting for it blocks. Empty if no process can be started.
  private static func outputOf(_ command: String) -> String {
    guard let stream = popen(command, "r") else { return "" }
    defer { pclose(stream) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
      output.append(contentsOf: buffer[0..<count])
    }
    return String(decoding: output, as: UTF8.self)
  }
}
