import Threading

/// Shows the progress of long work: done, rate, and the time left if the total is known.
///
/// On a terminal it rewrites one line; elsewhere it prints a plain line every five seconds, or with JSON one object
/// every five seconds. It always shows the end. Any task may advance it.
public final class ProgressMeter: Sendable {
  public enum Style: Sendable {
    case terminal, plain, json, silent
  }

  /// Fast enough to look alive, slow enough to cost nothing.
  static let terminalInterval = Duration.milliseconds(100)
  static let lineInterval = Duration.seconds(5)

  private struct State {
    var done = 0
    let total: Int?
    var nextReport: Duration
    var shownWidth = 0
    var isFinished = false
  }

  private let task: String
  private let unit: String
  private let style: Style
  private let elapsed: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void
  private let state: Guarded<State>

  /// `task` names the work, `unit` the things counted (`products`); `write` receives complete text, with its line ends.
  public convenience init(
    _ task: String, unit: String, total: Int? = nil, style: Style, write: @escaping @Sendable (String) -> Void
  ) {
    let start = ContinuousClock.now
    self.init(task, unit: unit, total: total, style: style, elapsed: { start.duration(to: .now) }, write: write)
  }

  init(
    _ task: String, unit: String, total: Int?, style: Style, elapsed: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.task = task
    self.unit = unit
    self.style = style
    self.elapsed = elapsed
    self.write = write
    state = Guarded(State(total: total, nextReport: Self.interval(of: style)))
  }

  /// Adds to the count, and shows it when it is time to.
  public func advance(by count: Int = 1) {
    let now = elapsed()
    state.withLock { state in
      state.done += count
      guard style != .silent, !state.isFinished, now >= state.nextReport else { return }
      state.nextReport = now + Self.interval(of: style)
      report(&state, after: now)
    }
  }

  /// Shows the end result; later calls are ignored.
  public func finish() {
    let now = elapsed()
    state.withLock { state in
      guard style != .silent, !state.isFinished else { return }
      state.isFinished = true
      report(&state, after: now)
    }
  }

  private static func interval(of style: Style) -> Duration {
    style == .terminal ? terminalInterval : lineInterval
  }

  /// Writes under the lock, so that lines of two tasks never mix.
  private func report(_ state: inout State, after elapsed: Duration) {
    let figures = ProgressFigures(done: state.done, total: state.total, elapsed: elapsed)
    switch style {
    case .silent: break
    case .json: write(figures.json(task: task, unit: unit, isFinished: state.isFinished) + "\n")
    case .plain: write(figures.text(task: task, unit: unit, isFinished: state.isFinished) + "\n")
    case .terminal:
      let line = figures.text(task: task, unit: unit, isFinished: state.isFinished)
      // Spaces cover the rest of a longer line.
      let rest = String(repeating: " ", count: max(0, state.shownWidth - line.count))
      state.shownWidth = line.count
      write("\r" + line + rest + (state.isFinished ? "\n" : ""))
    }
  }
}

/// One moment's figures.
struct ProgressFigures {
  let done: Int
  let total: Int?
  let elapsed: Duration

  private var seconds: Double {
    Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }

  /// Per second; nil until there is time to divide by.
  var rate: Int? { seconds > 0 ? Int(saturating: Double(done) / seconds) : nil }

  /// The time left at the rate so far, in whole seconds.
  var leftSeconds: Int? {
    guard let total, done > 0, total >= done else { return nil }
    let left = (seconds * Double(total - done) / Double(done)).rounded(.up)
    return left < 1e9 ? Int(saturating: left) : nil
  }

  /// `indexing: 12,000 of 19,406 products (61 %), 8,123/s, 1 s left`
  func text(task: String, unit: String, isFinished: Bool) -> String {
    var text = "\(task): \(grouped(done))"
    if let total, !isFinished || total != done { text += " of \(grouped(total))" }
    text += " \(unit)"
    if let total, total > 0, !isFinished { text += " (\(min(100, done * 100 / total)) %)" }
    if let rate { text += ", \(grouped(rate))/s" }
    if isFinished {
      text += ", done in \(spokenTime(Int(saturating: seconds.rounded())))"
    } else if let leftSeconds {
      text += ", \(spokenTime(leftSeconds)) left"
    }
    return text
  }

  func json(task: String, unit: String, isFinished: Bool) -> String {
    let milliseconds = Int(saturating: (seconds * 1_000).rounded())
    return "{\"task\": \(jsonString(task)), \"unit\": \(jsonString(unit)), \"done\": \(done), "
      + "\"total\": \(total.map(String.init) ?? "null"), \"elapsed_milliseconds\": \(milliseconds), "
      + "\"left_seconds\": \(isFinished ? "0" : leftSeconds.map(String.init) ?? "null"), \"finished\": \(isFinished)}"
  }
}

/// `1234567` → `1,234,567`
func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return (number < 0 ? "-" : "") + text
}

/// `3,725` → `1 h 2 min`
func spokenTime(_ seconds: Int) -> String {
  switch seconds {
  case ..<60: "\(seconds) s"
  case ..<3_600: "\(seconds / 60) min \(seconds % 60) s"
  default: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
  }
}
