/// Five fields that say at which local times a job starts, as cron reads them: minute, hour, day of the month, month and
/// day of the week.
///
/// A field is a list of `*`, numbers, names (`jan`, `mon`) and ranges, each with a step: `*/15`, `9-17/2`, `mon-fri`,
/// `1,15`. Sunday is 0 or 7. If both days are restricted, a day that matches either one counts, as in cron. The words
/// `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for their fields.
public struct CronExpression: Sendable, Hashable {
  public let text: String
  /// 0…59, in order.
  let minutes: [Int]
  /// 0…23, in order.
  let hours: [Int]
  private let days: Set<Int>
  private let months: Set<Int>
  private let weekdays: Set<Int>
  private let isAnyDay: Bool
  private let isAnyWeekday: Bool

  /// Throws `InvalidSchedule`, which names the field and what is allowed.
  public init(_ text: String) throws(InvalidSchedule) {
    let written = Self.words[text.lowercased()] ?? text
    let fields = written.split(whereSeparator: \.isWhitespace).map { String($0).lowercased() }
    guard text.utf8.count <= Self.longestText, fields.count == CronField.all.count else {
      throw InvalidSchedule(
        "'\(text.prefix(Self.longestText))' is not a schedule: give five fields, minute hour day month weekday, such as '30 3 * * *'"
      )
    }
    var values: [[Int]] = []
    for (field, given) in zip(CronField.all, fields) { values.append(try field.values(of: given)) }
    self.text = text
    (minutes, hours) = (values[0], values[1])
    (days, months) = (Set(values[2]), Set(values[3]))
    weekdays = Set(values[4].map { $0 % 7 })
    isAnyDay = fields[2].hasPrefix("*")
    isAnyWeekday = fields[4].hasPrefix("*")
    guard hasSomeDay else { throw InvalidSchedule("'\(text)' never comes: no such day is in these months") }
  }

  /// Whether the schedule runs in every hour; it then follows the time that passes, not the clock on the wall.
  var isHourly: Bool { hours.count == 24 }

  /// `weekday`: 0 is Sunday.
  func matches(month: Int, day: Int, weekday: Int) -> Bool {
    guard months.contains(month) else { return false }
    let (isDay, isWeekday) = (days.contains(day), weekdays.contains(weekday))
    return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
  }

  private var hasSomeDay: Bool {
    let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let canMatchByWeekday = !isAnyDay && !isAnyWeekday
    return canMatchByWeekday || months.contains { month in days.contains { $0 <= longest[month - 1] } }
  }

  private static let longestText = 200

  private static let words = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
  ]
}

/// A schedule that cannot be read, or that never comes.
public struct InvalidSchedule: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// One of the five fields: its name, its numbers and the names of these.
struct CronField {
  let name: String
  let range: ClosedRange<Int>
  var names: [String] = []
  /// The number of the first name.
  var firstName = 0

  static let all = [
    CronField(name: "minute", range: 0...59),
    CronField(name: "hour", range: 0...23),
    CronField(name: "day", range: 1...31),
    CronField(
      name: "month", range: 1...12,
      names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1),
    CronField(name: "weekday", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
  ]

  /// The numbers that a field's text names, in order.
  func values(of text: String) throws(InvalidSchedule) -> [Int] {
    var found: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let span = try span(of: halves[0], in: text)
      guard halves.count == 2 else {
        found.formUnion(span)
        continue
      }
      guard let step = Self.number(halves[1]), step >= 1, step <= range.upperBound else { throw invalid(text) }
      // A number with a step counts from there to the end, as in cron.
      let isSingle = span.count == 1 && !halves[0].contains("-")
      let last = isSingle && halves[0] != "*" ? lastOfSteps : span.upperBound
      found.formUnion(stride(from: span.lowerBound, through: last, by: step))
    }
    return found.sorted()
  }

  /// Sunday stands at both ends of the week; a step to the end counts it once.
  private var lastOfSteps: Int { name == "weekday" ? 6 : range.upperBound }

  private func span(of text: String, in field: String) throws(InvalidSchedule) -> ClosedRange<Int> {
    if text == "*" { return range.lowerBound...lastOfSteps }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let first = value(ends[0]), let last = ends.count == 2 ? value(ends[1]) : first else { throw invalid(field) }
    // `fri-sun`: the Sunday at the end of the week.
    let end = name == "weekday" && last == 0 && first > 0 ? 7 : last
    guard first <= end else { throw invalid(field) }
    return first...end
  }

  private func value(_ text: String) -> Int? {
    if let index = names.firstIndex(of: text) { return index + firstName }
    guard let number = Self.number(text), range.contains(number) else { return nil }
    return number
  }

  /// Digits alone: `Int` would read a sign.
  private static func number(_ text: String) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }

  private func invalid(_ text: String) -> InvalidSchedule {
    let words = names.isEmpty ? "" : " or \(names[0]) to \(names[names.count - 1])"
    return InvalidSchedule(
      "'\(text)' is not a \(name): give \(range.lowerBound) to \(range.upperBound)\(words), alone, as a list (1,2), a range (1-5) or with a step (*/2)"
    )
  }
}
