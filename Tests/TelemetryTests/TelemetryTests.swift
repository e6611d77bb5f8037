// 1. A log line is one line of JSON, whatever the message contains, with level, label, metadata and request ID.
// 2. Lines below the level are not written, and their messages are not built.
// 3. A descriptor's sink writes lines as a whole under concurrency, and counts those that it must drop.
// 4. Counters, gauges and histograms give Prometheus's text with HELP, TYPE, escapes and cumulated buckets; the same
//    name and labels are the same metric.
// 5. Labels beyond the limit are counted together under `other`.
// 6. traceparent is read and written as W3C Trace Context defines it; malformed values are refused.
// 8. A registry describes each name once, with kind, help and labels, sorted.
// 7. Request IDs do not recur, and a client's ID is accepted only if it is harmless.
import Foundation
import Glibc
import Telemetry
import Testing

@Suite struct LoggerTests {
  private func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("1: a line")
  func line() throws {
    let sink = MemorySink()
    var logger = Logger(label: "http", sink: sink)
    logger[metadataKey: "shop"] = "Jörg's \"shop\"\n\\"
    logger.with(requestID: "abc").warning(
      "two\nlines\u{0}\u{7F}\u{2028}",
      metadata: ["count": 3, "share": 0.5, "isLate": true, "message": "own", "nan": .number(.nan)])
    let line = try #require(sink.lines.first)
    #expect(!line.contains("\n"))
    let object = try object(line)
    #expect(object["level"] as? String == "warning")
    #expect(object["label"] as? String == "http")
    #expect(object["message"] as? String == "two\nlines\u{0}\u{7F}\u{2028}")
    #expect(object["shop"] as? String == "Jörg's \"shop\"\n\\")
    #expect(object["request_id"] as? String == "abc")
    #expect(object["count"] as? Int == 3)
    #expect(object["share"] as? Double == 0.5)
    #expect(object["isLate"] as? Bool == true)
    #expect(object["metadata_message"] as? String == "own")
    #expect(object["nan"] is NSNull)
    let time = try #require(object["time"] as? String)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
  }

  @Test("2: levels")
  func levels() {
    let sink = MemorySink()
    let logger = Logger(label: "x", level: .warning, sink: sink)
    func expensive() -> String {
      Issue.record("a message below the level was made")
      return ""
    }
    logger.info(expensive())
    logger.error("seen")
    #expect(sink.lines.count == 1)
    #expect(Logger.Level(name: "notice") == .notice)
    #expect(Logger.Level(name: "loud") == nil)
    #expect(Logger.Level.allCases.allSatisfy { Logger.Level(name: $0.name) == $0 })
  }

  @Test("3: whole lines from many tasks")
  func wholeLines() async throws {
    let path = NSTemporaryDirectory() + "vitrine-log-\(UUID().uuidString)"
    defer { unlink(path) }
    let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
    defer { close(descriptor) }
    let logger = Logger(label: "x", sink: FileDescriptorSink(descriptor: descriptor))
    await withTaskGroup { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<100 {
            logger.info(String(repeating: "m", count: 5_000), metadata: ["n": .integer(task * 100 + number)])
          }
        }
      }
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 800)
    let numbers = try Set(lines.map { try #require(try object(String($0))["n"] as? Int) })
    #expect(numbers == Set(0..<800))
  }

  @Test("3: a sink that cannot write drops and counts")
  func droppedLines() {
    let sink = FileDescriptorSink(descriptor: -1)
    Logger(label: "x", sink: sink).error("lost")
    #expect(sink.droppedLines == 1)
  }
}

@Suite struct MetricsTests {
  @Test("4: the exposition, byte by byte")
  func exposition() {
    let metrics = MetricsRegistry()
    metrics.counter("b_total", help: "Counts \\ things.\nTwo lines.", labels: [("path", "a\"b\\c\nd")])
      .increment(by: 3)
    metrics.counter("b_total", labels: [("path", "z")]).increment()
    metrics.gauge("a_open").set(2.5)
    metrics.gauge("a_open").add(-1)
    let histogram = metrics.histogram("c_seconds", help: "Times.", labels: [("route", "/x")], bounds: [0.1, 1, 10])
    for value in [0.05, 0.1, 0.5, 100, .nan] { histogram.observe(value) }
    histogram.observe(Duration.milliseconds(2_500))
    #expect(
      metrics.exposition() == """
        # TYPE a_open gauge
        a_open 1.5
        # HELP b_total Counts \\\\ things.\\nTwo lines.
        # TYPE b_total counter
        b_total{path="a\\"b\\\\c\\nd"} 3
        b_total{path="z"} 1
        # HELP c_seconds Times.
        # TYPE c_seconds histogram
        c_seconds_bucket{route="/x",le="0.1"} 2
        c_seconds_bucket{route="/x",le="1"} 3
        c_seconds_bucket{route="/x",le="10"} 4
        c_seconds_bucket{route="/x",le="+Inf"} 5
        c_seconds_sum{route="/x"} 103.15
        c_seconds_count{route="/x"} 5

        """)
  }

  @Test("8: descriptions")
  func descriptions() {
    let metrics = MetricsRegistry()
    metrics.histogram("c_seconds", help: "Times.", labels: [("route", "/x"), ("method", "GET")]).observe(1)
    for path in ["a", "b"] { metrics.counter("b_total", help: "Things.", labels: [("path", path)]).increment() }
    metrics.gauge("a_open").set(1)
    let lines = metrics.descriptions.map { "\($0.name) \($0.kind) \($0.labels) \($0.help)" }
    #expect(
      lines == [
        "a_open gauge [] ", "b_total counter [\"path\"] Things.",
        "c_seconds histogram [\"route\", \"method\"] Times.",
      ])
  }

  @Test("4: one metric for one name and labels, from many tasks")
  func concurrent() async {
    let metrics = MetricsRegistry()
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 {
            metrics.counter("n_total", labels: [("a", "b")]).increment()
            metrics.gauge("g").add(1)
            metrics.histogram("h", bounds: [1]).observe(0.5)
          }
        }
      }
    }
    #expect(metrics.counter("n_total", labels: [("a", "b")]).value == 8_000)
    #expect(metrics.gauge("g").value == 8_000)
    let snapshot = metrics.histogram("h", bounds: [1]).snapshot
    #expect(snapshot.counts == [8_000, 0])
    #expect(snapshot.sum == 4_000)
  }

  @Test("5: the limit of series")
  func limit() {
    let metrics = MetricsRegistry()
    for number in 0..<(MetricsRegistry.maxSeries + 50) {
      metrics.counter("n_total", labels: [("path", "/\(number)")]).increment()
    }
    #expect(metrics.counter("n_total", labels: [("path", "/0")]).value == 1)
    #expect(metrics.exposition().contains("n_total{path=\"other\"} 50\n"))
    let lines = metrics.exposition().split(separator: "\n").count
    #expect(lines == MetricsRegistry.maxSeries + 2)
  }
}

@Suite struct TraceContextTests {
  @Test("6: valid headers are written back unchanged")
  func roundTrip() throws {
    let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let context = try #require(TraceContext(traceparent: text))
    #expect(context.traceparent == text)
    #expect(context.isSampled)
    let child = context.child()
    #expect(child.traceID == context.traceID)
    #expect(child.spanID != context.spanID)
    // A later version may continue after a dash; our answer has our version.
    #expect(TraceContext(traceparent: "01" + text.dropFirst(2) + "-what-is-new")?.traceparent == text)
    #expect(TraceContext(traceparent: "01" + text.dropFirst(2))?.traceparent == text)
    let root = TraceContext.root()
    #expect(TraceContext(traceparent: root.traceparent) == root)
  }

  @Test(
    "6: malformed headers are refused",
    arguments: [
      "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    ])
  func malformed(_ text: String) {
    #expect(TraceContext(traceparent: text) == nil)
  }

  @Test("7: request IDs")
  func requestIDs() {
    let ids = (0..<100_000).map { _ in RequestID.next() }
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { RequestID.isAcceptable($0) && $0.utf8.count == 13 })
    #expect(RequestID.isAcceptable("0f8fad5b-d9cb-469f-a165-70867728950e"))
    for id in ["", "a b", "a\"", "a\n", "é", String(repeating: "a", count: 65)] { #expect(!RequestID.isAcceptable(id)) }
  }
}
