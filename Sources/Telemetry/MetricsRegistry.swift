import Threading

/// All metrics of the process by name and labels, and their text for Prometheus.
///
/// The same name and labels always give the same metric. A look-up costs a lock and a dictionary access: code that
/// counts often should keep the metric.
public final class MetricsRegistry: Sendable {
  /// A label's name and value: `("method", "GET")`.
  public typealias Label = (name: String, value: String)

  /// Further series of one name are counted together under the label value `other`, because a label that a client can
  /// choose must not fill the memory.
  public static let maxSeries = 2_000

  private enum Kind: String {
    case counter, gauge, histogram
  }

  private enum Metric {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
  }

  private struct Family {
    let kind: Kind
    let help: String
    let labels: [String]
    /// The label set in the text form (`{a="b"}` without braces) → metric.
    var series: [String: Metric] = [:]
  }

  private let families = Guarded<[String: Family]>([:])

  /// Makes an empty registry.
  public init() {}

  /// The counter with that name and labels; by convention the name ends in `_total`.
  public func counter(_ name: String, help: String = "", labels: [Label] = []) -> Counter {
    let metric = metric(name, kind: .counter, help: help, labels: labels) { .counter(Counter()) }
    guard case .counter(let counter) = metric else { preconditionFailure("\(name) is not a counter") }
    return counter
  }

  /// The gauge with that name and labels.
  public func gauge(_ name: String, help: String = "", labels: [Label] = []) -> Gauge {
    let metric = metric(name, kind: .gauge, help: help, labels: labels) { .gauge(Gauge()) }
    guard case .gauge(let gauge) = metric else { preconditionFailure("\(name) is not a gauge") }
    return gauge
  }

  /// The histogram with that name and labels; the first call sets the bounds.
  public func histogram(
    _ name: String, help: String = "", labels: [Label] = [], bounds: [Double] = Histogram.durationBounds
  ) -> Histogram {
    let metric = metric(name, kind: .histogram, help: help, labels: labels) { .histogram(Histogram(bounds: bounds)) }
    guard case .histogram(let histogram) = metric else { preconditionFailure("\(name) is not a histogram") }
    return histogram
  }

  private func metric(
    _ name: String, kind: Kind, help: String, labels: [Label], make: () -> Metric
  ) -> Metric {
    precondition(Self.isName(name, allowsColon: true), "\(name) is not a metric name: [a-zA-Z_:][a-zA-Z0-9_:]*")
    for label in labels {
      precondition(
        Self.isName(label.name, allowsColon: false) && !label.name.hasPrefix("__") && label.name != "le",
        "\(label.name) is not a label name of \(name): [a-zA-Z_][a-zA-Z0-9_]*, not le, not __…")
    }
    let key = Self.text(of: labels)
    return families.withLock { families in
      var family = families[name] ?? Family(kind: kind, help: help, labels: labels.map(\.name))
      precondition(family.kind == kind, "\(name) is a \(family.kind.rawValue) already, not a \(kind.rawValue)")
      if let found = family.series[key] { return found }
      let isFull = family.series.count >= Self.maxSeries
      let seriesKey = isFull ? Self.text(of: labels.map { ($0.name, "other") }) : key
      if isFull, let overflow = family.series[seriesKey] { return overflow }
      let metric = make()
      // Remove the entry first: a second reference in the dictionary would force a copy of the series.
      families[name] = nil
      family.series[seriesKey] = metric
      families[name] = family
      return metric
    }
  }

  /// The properties that the metrics of one name share.
  public struct Description: Sendable, Equatable {
    public let name: String
    /// `counter`, `gauge` or `histogram`.
    public let kind: String
    public let help: String
    /// The labels' names.
    public let labels: [String]
  }

  /// The metrics made so far, sorted by name.
  public var descriptions: [Description] {
    families.withLock { families in
      families.map { Description(name: $0, kind: $1.kind.rawValue, help: $1.help, labels: $1.labels) }
    }.sorted { $0.name < $1.name }
  }

  /// Every metric in Prometheus's text format 0.0.4, sorted by name and labels.
  ///
  /// Served as `text/plain; version=0.0.4; charset=utf-8`.
  public func exposition() -> String {
    let families = families.withLock { $0 }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      if !family.help.isEmpty { text += "# HELP \(name) \(Self.escapedHelp(family.help))\n" }
      text += "# TYPE \(name) \(family.kind.rawValue)\n"
      for (labels, metric) in family.series.sorted(by: { $0.key < $1.key }) {
        switch metric {
        case .counter(let counter): text += "\(name)\(Self.braced(labels)) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(Self.braced(labels)) \(Self.number(gauge.value))\n"
        case .histogram(let histogram): Self.append(histogram, name: name, labels: labels, to: &text)
        }
      }
    }
    return text
  }

  private static func append(_ histogram: Histogram, name: String, labels: String, to text: inout String) {
    let snapshot = histogram.snapshot
    var cumulated = 0
    for (index, count) in snapshot.counts.enumerated() {
      cumulated += count
      let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
      let separator = labels.isEmpty ? "" : ","
      text += "\(name)_bucket{\(labels)\(separator)le=\"\(bound)\"} \(cumulated)\n"
    }
    text += "\(name)_sum\(braced(labels)) \(number(snapshot.sum))\n"
    text += "\(name)_count\(braced(labels)) \(cumulated)\n"
  }

  private static func braced(_ labels: String) -> String {
    labels.isEmpty ? "" : "{\(labels)}"
  }

  private static func text(of labels: [Label]) -> String {
    var text = ""
    for label in labels {
      if !text.isEmpty { text += "," }
      text += label.name
      text += "=\""
      text += escapedValue(label.value)
      text += "\""
    }
    return text
  }

  private static func escapedValue(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func escapedHelp(_ help: String) -> String {
    var text = ""
    for scalar in help.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    let text = String(value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func isName(_ name: String, allowsColon: Bool) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      case UInt8(ascii: ":"): allowsColon
      default: false
      }
    }
  }
}
