// Progress. Properties proved here:
// 1. Without a terminal, the meter prints a line every five seconds and one at the end, never more.
// 2. On a terminal it rewrites one line, at most ten times a second, and covers the rest of longer lines.
// 3. JSON lines are objects with done, total, time and end.
// 4. Rate and time left follow from done, total and time; nothing divides by zero.
// 5. Advancing from many tasks loses nothing.

import Foundation
import Testing
import Threading

@testable import Configuration

/// A meter whose clock and output the test controls.
private final class MeterProbe: Sendable {
  let now = Guarded(Duration.zero)
  let written = Guarded("")

  func meter(total: Int?, style: ProgressMeter.Style) -> ProgressMeter {
    ProgressMeter(
      "indexing", unit: "products", total: total, style: style, elapsed: { self.now.withLock { $0 } },
      write: { text in self.written.withLock { $0 += text } })
  }

  func pass(_ duration: Duration) { now.withLock { $0 += duration } }
  var text: String { written.withLock { $0 } }
}

@Suite struct ProgressMeterTests {
  @Test("1: plain lines every five seconds")
  func plain() {
    let probe = MeterProbe()
    let meter = probe.meter(total: 20_000, style: .plain)
    for _ in 0..<110 {
      probe.pass(.milliseconds(100))
      meter.advance(by: 100)
    }
    meter.finish()
    meter.finish()
    meter.advance(by: 5)
    #expect(
      probe.text == """
        indexing: 5,000 of 20,000 products (25 %), 1,000/s, 15 s left
        indexing: 10,000 of 20,000 products (50 %), 1,000/s, 10 s left
        indexing: 11,000 of 20,000 products, 1,000/s, done in 11 s

        """)
  }

  @Test("2: one line on a terminal")
  func terminal() {
    let probe = MeterProbe()
    let meter = probe.meter(total: nil, style: .terminal)
    for _ in 0..<200 {
      probe.pass(.milliseconds(10))
      meter.advance(by: 1_000)
    }
    meter.finish()
    let lines = probe.text.split(separator: "\r")
    #expect(lines.count == 21)
    #expect(lines.dropLast().allSatisfy { !$0.contains("\n") } && probe.text.hasSuffix("\n"))
    #expect(lines[0] == "indexing: 10,000 products, 100,000/s")
    for (line, next) in zip(lines, lines.dropFirst()) { #expect(next.count >= line.count - 1) }
  }

  @Test("3: JSON lines")
  func json() throws {
    let probe = MeterProbe()
    let meter = probe.meter(total: 4, style: .json)
    probe.pass(.seconds(6))
    meter.advance(by: 2)
    meter.advance(by: 2)
    meter.finish()
    let objects = try probe.text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(objects.count == 2)
    #expect(objects[0]["done"] as? Int == 2 && objects[0]["left_seconds"] as? Int == 6)
    #expect(objects[1]["done"] as? Int == 4 && objects[1]["finished"] as? Bool == true)
    #expect(objects[1]["elapsed_milliseconds"] as? Int == 6_000)
  }

  @Test("4: figures")
  func figures() {
    #expect(
      ProgressFigures(done: 0, total: 10, elapsed: .zero).text(task: "t", unit: "u", isFinished: false)
        == "t: 0 of 10 u (0 %)")
    #expect(
      ProgressFigures(done: 0, total: 0, elapsed: .seconds(1)).text(task: "t", unit: "u", isFinished: true)
        == "t: 0 u, 0/s, done in 1 s")
    #expect(ProgressFigures(done: 12, total: 10, elapsed: .seconds(1)).leftSeconds == nil)
    #expect(ProgressFigures(done: 1, total: .max, elapsed: .seconds(1_000)).leftSeconds == nil)
    #expect(grouped(-1_234_567) == "-1,234,567" && grouped(999) == "999" && grouped(.min).hasPrefix("-9,223"))
    #expect(spokenTime(59) == "59 s" && spokenTime(61) == "1 min 1 s" && spokenTime(3_725) == "1 h 2 min")
    #expect(jsonString("a\"\\\n\u{1}é") == #""a\"\\\n\u0001é""#)
  }

  @Test("5: many tasks")
  func manyTasks() async {
    let probe = MeterProbe()
    let meter = probe.meter(total: nil, style: .plain)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { for _ in 0..<100 { meter.advance() } } }
    }
    meter.finish()
    #expect(probe.text.hasPrefix("indexing: 5,000 products"))
  }
}
