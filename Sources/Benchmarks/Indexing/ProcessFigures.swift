import Foundation
import Glibc

/// The resources that processes have used, from Linux's /proc.
enum ProcessFigures {
  /// CPU time of a process and all its descendants, including those that have ended.
  static func cpuSeconds(of process: Int32) -> Double {
    let own = statistics(of: process)
    let seconds = Double(own.own + own.endedChildren) / Double(sysconf(Int32(clamping: _SC_CLK_TCK)))
    return childProcesses(of: process).reduce(seconds) { $0 + cpuSeconds(of: $1) }
  }

  /// CPU time of this process, its threads together.
  static func ownCPUSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The peak memory of this process since `forgetPeak`, in MB.
  static func ownPeakMegabytes() -> Int { megabytes("VmHWM:") }

  /// The current memory of this process, in MB.
  static func ownMegabytes() -> Int { megabytes("VmRSS:") }

  static func forgetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  private static func megabytes(_ name: String) -> Int {
    for line in text("/proc/self/status").split(separator: "\n") where line.hasPrefix(name) {
      return (Int(line.split(separator: " ", omittingEmptySubsequences: true).dropLast().last ?? "") ?? 0) / 1024
    }
    return 0
  }

  /// In ticks. The name of the process may contain anything and ends with the last parenthesis.
  private static func statistics(of process: Int32) -> (own: Int, endedChildren: Int) {
    let text = text("/proc/\(process)/stat")
    guard let end = text.lastIndex(of: ")") else { return (0, 0) }
    let fields = text[text.index(after: end)...].split(separator: " ").map { Int($0) ?? 0 }
    guard fields.count > 14 else { return (0, 0) }
    return (fields[11] + fields[12], fields[13] + fields[14])
  }

  /// Any thread may start a process: Elasticsearch 8's launcher does not start the server from its first thread.
  private static func childProcesses(of process: Int32) -> [Int32] {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    return threads.flatMap { thread in
      text("/proc/\(process)/task/\(thread)/children").split(separator: " ").compactMap { Int32($0) }
    }
  }

  /// Empty if the process has gone.
  static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}

/// The CPU time that a measurement took, from its creation to its description.
struct ProcessorUsage: CustomStringConvertible {
  private let postgres: Int32?
  private let engine: Int32?
  private let start = ContinuousClock.now
  private let before: [Double]

  init(postgres: Int32?, engine: Int32?) {
    self.postgres = postgres
    self.engine = engine
    before = Self.cpuSeconds(postgres, engine)
  }

  private static func cpuSeconds(_ postgres: Int32?, _ engine: Int32?) -> [Double] {
    [ProcessFigures.ownCPUSeconds()] + [postgres, engine].map { $0.map(ProcessFigures.cpuSeconds) ?? 0 }
  }

  var description: String {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let shares = zip(Self.cpuSeconds(postgres, engine), before).map { "\((($0 - $1) / seconds * 100).rounded() / 100)" }
    let engine = engine == nil ? "" : ", the engine \(shares[2])"
    return
      "processors in use, of \(sysconf(Int32(clamping: _SC_NPROCESSORS_ONLN))): vitrine (sync and load) \(shares[0]), Postgres \(shares[1])\(engine)"
  }
}
