/// The format of a date. A date is stored as milliseconds since 1970-01-01T00:00:00Z.
enum DateFormat: String, Sendable {
  /// ISO 8601: a year, and as many further parts as are known.
  case strictDateOptionalTime = "strict_date_optional_time"
  case dateOptionalTime = "date_optional_time"
  case strictDate = "strict_date"
  case date
  case yearMonthDay = "yyyy-MM-dd"
  case epochMilliseconds = "epoch_millis"
  case epochSeconds = "epoch_second"

  static let defaults: [DateFormat] = [.strictDateOptionalTime, .epochMilliseconds]

  var isISO8601: Bool { self != .epochMilliseconds && self != .epochSeconds }

  /// Reads a date; `roundsUp` fills the missing parts with their last instant (for `lte` and `gt`).
  func parse(_ text: some StringProtocol, roundsUp: Bool = false) -> Int64? {
    switch self {
    case .epochMilliseconds: Int64(text)
    case .epochSeconds: Int64(text).flatMap { Int64(exactly: Double($0) * 1_000) }
    default: ISODate.parse(text, roundsUp: roundsUp)
    }
  }
}

/// ISO 8601 dates on the proleptic Gregorian calendar.
enum ISODate {
  static let millisecondsPerDay: Int64 = 86_400_000

  /// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func parse(_ text: some StringProtocol, roundsUp: Bool) -> Int64? {
    var text = String(text)
    return text.withUTF8 { parse($0, roundsUp: roundsUp) }
  }

  /// Reads `2026`, `2026-11`, `2026-11-23`, `2026-11-23T17:05`, also with seconds, fraction and zone.
  static func parse(_ text: UnsafeBufferPointer<UInt8>, roundsUp: Bool) -> Int64? {
    var scanner = Scanner(text: text)
    guard let year = scanner.digits(4) else { return nil }
    var month: Int64?
    var day: Int64?
    if scanner.take("-") {
      guard let value = scanner.digits(2), (1...12).contains(value) else { return nil }
      month = value
      if scanner.take("-") {
        guard let value = scanner.digits(2), (1...daysInMonth(year: year, month: month ?? 1)).contains(value) else {
          return nil
        }
        day = value
      }
    }
    let lastMonth = month ?? (roundsUp ? 12 : 1)
    let lastDay = day ?? (roundsUp ? daysInMonth(year: year, month: lastMonth) : 1)
    let start = days(year: year, month: lastMonth, day: lastDay) * millisecondsPerDay
    guard scanner.take("T") else {
      return scanner.isAtEnd ? start + (roundsUp ? millisecondsPerDay - 1 : 0) : nil
    }
    guard day != nil, let time = scanner.time(roundsUp: roundsUp) else { return nil }
    guard let offset = scanner.zone(), scanner.isAtEnd else { return nil }
    return start + time - offset
  }

  private struct Scanner {
    let text: UnsafeBufferPointer<UInt8>
    var index = 0

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { index == text.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
      index += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int64? {
      guard index + count <= text.count else { return nil }
      var value: Int64 = 0
      for byte in text[index..<index + count] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      index += count
      return value
    }

    /// Milliseconds of the day. `T` alone is valid, and so is any prefix of `HH:mm:ss.SSS`.
    mutating func time(roundsUp: Bool) -> Int64? {
      guard let hour = digits(2) else { return isAtEnd ? 0 : nil }
      var minute: Int64?
      var second: Int64?
      if take(":") {
        guard let value = digits(2), value <= 59 else { return nil }
        minute = value
        if take(":") {
          guard let value = digits(2), value <= 59 else { return nil }
          second = value
        }
      }
      guard hour <= 23 else { return nil }
      var milliseconds: Int64?
      if second != nil, take(".") || take(",") {
        var value: Int64 = 0
        var count = 0
        while let digit = digits(1) {
          if count < 3 { value = value * 10 + digit }
          count += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in min(count, 3)..<3 { value *= 10 }
        milliseconds = value
      }
      let last: Int64 = roundsUp ? 59 : 0
      return ((hour * 60 + (minute ?? last)) * 60 + (second ?? last)) * 1_000 + (milliseconds ?? (roundsUp ? 999 : 0))
    }

    /// Milliseconds by which the zone is ahead of UTC; without a zone the time is UTC.
    mutating func zone() -> Int64? {
      if isAtEnd || take("Z") { return 0 }
      let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
      guard sign != 0, let hours = digits(2) else { return nil }
      var minutes: Int64 = 0
      if take(":") || !isAtEnd {
        guard let value = digits(2) else { return nil }
        minutes = value
      }
      return sign * (hours * 60 + minutes) * 60_000
    }
  }

  /// `2026-11-23T17:05:00.000Z`.
  static func format(_ milliseconds: Int64) -> String {
    var days = milliseconds / millisecondsPerDay
    var rest = milliseconds % millisecondsPerDay
    if rest < 0 {
      rest += millisecondsPerDay
      days -= 1
    }
    let date = civil(days: days)
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(padded(rest / 3_600_000, 2)):"
      + "\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1_000 % 60, 2)).\(padded(rest % 1_000, 3))Z"
  }
}

/// Elasticsearch's date math: `now-30d/d`, `2026-11-23||+1M/M`.
enum DateMath {
  /// Most digits of an amount: a million years still fit in milliseconds.
  private static let maxDigits = 6

  static func evaluate(_ text: String, now: Int64, formats: [DateFormat], roundsUp: Bool) -> Int64? {
    var start: Int64
    var math: Substring
    if text.hasPrefix("now") {
      start = now
      math = text.dropFirst(3)
    } else if let bar = text.firstIndex(of: "|"), text[bar...].hasPrefix("||") {
      guard let parsed = formats.lazy.compactMap({ $0.parse(text[..<bar]) }).first else { return nil }
      start = parsed
      math = text[bar...].dropFirst(2)
    } else {
      return formats.lazy.compactMap { $0.parse(text, roundsUp: roundsUp) }.first
    }
    while let operation = math.first {
      math = math.dropFirst()
      if operation == "/" {
        guard let unit = math.first, let floor = floor(start, unit) else { return nil }
        math = math.dropFirst()
        start = roundsUp ? (add(floor, 1, unit) ?? floor) &- 1 : floor
      } else {
        guard operation == "+" || operation == "-" else { return nil }
        let digits = math.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= maxDigits else { return nil }
        math = math.dropFirst(digits.count)
        guard let amount = digits.isEmpty ? 1 : Int64(digits), let unit = math.first,
          let moved = add(start, operation == "-" ? -amount : amount, unit)
        else { return nil }
        math = math.dropFirst()
        start = moved
      }
    }
    return start
  }

  private static func add(_ instant: Int64, _ amount: Int64, _ unit: Character) -> Int64? {
    switch unit {
    case "y": addMonths(instant, amount * 12)
    case "M": addMonths(instant, amount)
    case "w": instant &+ amount * 7 * ISODate.millisecondsPerDay
    case "d": instant &+ amount * ISODate.millisecondsPerDay
    case "h", "H": instant &+ amount * 3_600_000
    case "m": instant &+ amount * 60_000
    case "s": instant &+ amount * 1_000
    default: nil
    }
  }

  private static func addMonths(_ instant: Int64, _ months: Int64) -> Int64 {
    let days = floorDivide(instant, ISODate.millisecondsPerDay)
    let date = ISODate.civil(days: days)
    let total = date.year * 12 + date.month - 1 + months
    let year = floorDivide(total, 12)
    let month = total - year * 12 + 1
    let day = min(date.day, ISODate.daysInMonth(year: year, month: month))
    return ISODate.days(year: year, month: month, day: day) &* ISODate.millisecondsPerDay &+ instant
      &- days &* ISODate.millisecondsPerDay
  }

  private static func floor(_ instant: Int64, _ unit: Character) -> Int64? {
    let days = floorDivide(instant, ISODate.millisecondsPerDay)
    let date = ISODate.civil(days: days)
    switch unit {
    case "y": return ISODate.days(year: date.year, month: 1, day: 1) &* ISODate.millisecondsPerDay
    case "M": return ISODate.days(year: date.year, month: date.month, day: 1) &* ISODate.millisecondsPerDay
    // 1970-01-01 was a Thursday; a week begins on Monday.
    case "w": return (floorDivide(days + 3, 7) * 7 - 3) &* ISODate.millisecondsPerDay
    case "d": return days &* ISODate.millisecondsPerDay
    case "h", "H": return floorDivide(instant, 3_600_000) &* 3_600_000
    case "m": return floorDivide(instant, 60_000) &* 60_000
    case "s": return floorDivide(instant, 1_000) &* 1_000
    default: return nil
    }
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
