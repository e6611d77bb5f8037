// 1. A line that the system takes in parts arrives whole: the writer is interrupted again and again.
// 2. A line's own metadata goes before the logger's of the same name; a line of exactly the logger's level is written.
import Foundation
import Glibc
import Telemetry
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct LogSinkTests {
  @Test("1: a line in parts")
  func parts() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    // Without SA_RESTART a signal ends a write after the part that was taken.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    try #require(sigaction(SIGURG, &action, nil) == 0)
    let pipeBytes = 65_536
    let line = (0..<2_000_000).map { UInt8(UInt8(ascii: "a") + UInt8($0 % 26)) }
    let thread = Guarded<pthread_t?>(nil)
    let writer = Thread {
      thread.withLock { $0 = pthread_self() }
      FileDescriptorSink(descriptor: writing).write(line)
      close(writing)
    }
    writer.start()
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = read(reading, &buffer, buffer.count), count != 0 {
      if count < 0 {
        try #require(errno == EINTR)
        continue
      }
      received += buffer[..<count]
      // While more is missing than the pipe holds, the writer waits in its write.
      if received.count + pipeBytes < line.count, let thread = thread.withLock({ $0 }) { pthread_kill(thread, SIGURG) }
    }
    #expect(received.count == line.count + 1 && received.dropLast() == line[...] && received.last == 0x0A)
  }

  @Test("2: metadata and levels")
  func metadata() throws {
    let sink = MemorySink()
    let logger = Logger(label: "test", level: .notice, metadata: ["shop": "logger's", "kept": 1], sink: sink)
    logger.notice("written", metadata: ["shop": "line's"])
    logger.info("not written")
    let line = try #require(sink.lines.first)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["shop"] as? String == "line's" && object["kept"] as? Int == 1)
    #expect(sink.lines.count == 1)
  }
}
